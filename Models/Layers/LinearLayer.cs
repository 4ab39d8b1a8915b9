using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>A linear layer with an activation: <c>y = f(x Wᵀ + b)</c>. Parameters <c>{prefix}weight [out, in]</c> and <c>{prefix}bias [out]</c>.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LinearLayer<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DenseKernels<T> _dense;
    private readonly Workspace<T> _output;
    private readonly Workspace<T> _preactivation;
    private readonly Workspace<T> _dPreactivation;
    private readonly bool _keepsPreactivation;
    private DeviceMatrix<T> _x;
    private DeviceMatrix<T> _z;

    /// <summary>Adds the layer's parameters, 0 until they are initialised or loaded, to a set.</summary>
    /// <param name="parameters">The set; not owned.</param>
    /// <param name="prefix">Before the names of the parameters: <c>layers.0.</c>, say.</param>
    /// <param name="inputs">Width of the input, ≥ 1.</param>
    /// <param name="outputs">Width of the output, ≥ 1.</param>
    /// <param name="activation">The activation <c>f</c>.</param>
    public LinearLayer(ParameterSet<T> parameters, string prefix, int inputs, int outputs, Activation activation = Activation.Identity)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(prefix);
        Inputs = Require.Positive(inputs);
        Outputs = Require.Positive(outputs);
        Activation = Require.Named(activation);

        // The gradients of these three can be told from the output, so the preactivation is not kept.
        _keepsPreactivation = activation is not (Activation.Identity or Activation.ReLU or Activation.LeakyReLU);
        _dense = parameters.Device.Dense<T>();
        _output = new(parameters.Device);
        _preactivation = new(parameters.Device);
        _dPreactivation = new(parameters.Device);
        Weight = parameters.Add(prefix + "weight", outputs, inputs);
        Bias = parameters.Add(prefix + "bias", outputs);
    }

    /// <summary>Width of the input.</summary>
    public int Inputs { get; }

    /// <summary>Width of the output.</summary>
    public int Outputs { get; }

    /// <summary>The activation <c>f</c>.</summary>
    public Activation Activation { get; }

    /// <summary><c>W [out, in]</c>.</summary>
    public Parameter<T> Weight { get; }

    /// <summary><c>b [out]</c>.</summary>
    public Parameter<T> Bias { get; }

    /// <summary>Computes <c>y = f(x Wᵀ + b)</c>. Allocates only when there are more rows than ever before.</summary>
    /// <param name="x">Input <c>[B, in]</c>; must stay as it is until the backward pass is done.</param>
    /// <returns>Output <c>[B, out]</c>, in memory of the layer: valid until the next forward pass.</returns>
    public DeviceMatrix<T> Forward(DeviceMatrix<T> x)
    {
        Require.Columns(x, Inputs);
        var output = _output.Matrix(x.Rows, Outputs);
        var preactivation = _keepsPreactivation ? _preactivation.Matrix(x.Rows, Outputs) : default;
        var visitor = new ForwardVisitor { Layer = this, X = x, Output = output, Preactivation = preactivation };
        Activation.Dispatch(ref visitor);
        _x = x;
        _z = _keepsPreactivation ? preactivation : output;
        return output;
    }

    /// <summary>Gradients at the input of the last forward pass: <c>dz = dOutput ⊙ f'(z)</c>, <c>dx = dz W</c>, <c>dW += dzᵀ x</c>, <c>db += Σ_B dz</c>.</summary>
    /// <param name="dOutput">Gradient of the output, <c>[B, out]</c>; not changed.</param>
    /// <param name="dx">Receives the gradient of the input, <c>[B, in]</c>; overwritten; may be absent. Must not overlap <paramref name="dOutput"/>.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dx = default)
    {
        if (_x.IsAbsent)
        {
            throw new InvalidOperationException("Backward needs a forward pass before it.");
        }

        Require.Shape(dOutput, _x.Rows, Outputs);
        Require.OptionalShape(dx, _x.Rows, Inputs);
        var dz = dOutput;
        if (Activation == Activation.Identity)
        {
            _dense.ApplyBackward<Identity>(default, dOutput, default, Bias.Gradient);
        }
        else
        {
            dz = _dPreactivation.Matrix(_x.Rows, Outputs);
            var visitor = new BackwardVisitor { Layer = this, DOutput = dOutput, DPreactivation = dz };
            Activation.Dispatch(ref visitor);
        }

        if (!dx.IsAbsent)
        {
            _dense.MatrixProduct(dz, Transpose.No, Weight.Value, Transpose.No, dx);
        }

        _dense.MatrixProduct(dz, Transpose.Yes, _x, Transpose.No, Weight.Gradient, accumulate: true);
    }

    /// <summary>Frees the workspaces; the parameters stay with their set.</summary>
    public void Dispose()
    {
        _output.Dispose();
        _preactivation.Dispose();
        _dPreactivation.Dispose();
    }

    private struct ForwardVisitor : IActivationVisitor
    {
        public LinearLayer<T> Layer;
        public DeviceMatrix<T> X;
        public DeviceMatrix<T> Output;
        public DeviceMatrix<T> Preactivation;

        public readonly void Visit<TActivation>()
            where TActivation : struct, IActivation =>
            Layer._dense.Linear<TActivation>(X, Layer.Weight.Value, Layer.Bias.Value, Output, Preactivation);
    }

    private struct BackwardVisitor : IActivationVisitor
    {
        public LinearLayer<T> Layer;
        public DeviceMatrix<T> DOutput;
        public DeviceMatrix<T> DPreactivation;

        public readonly void Visit<TActivation>()
            where TActivation : struct, IActivation =>
            Layer._dense.ApplyBackward<TActivation>(Layer._z, DOutput, DPreactivation, Layer.Bias.Gradient);
    }
}
