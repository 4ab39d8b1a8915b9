using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// A multilayer perceptron: <c>x_{l+1} = f(x_l W_lᵀ + b_l)</c>, without activation after the last layer. The backward pass sends the messages
/// <c>δ_l = (δ_{l+1} W_{l+1}) ⊙ f'(z_l)</c> (Rumelhart, Hinton &amp; Williams 1986).
/// Parameters <c>layers.{0,2,4,…}.weight [out, in]</c> and <c>.bias [out]</c>, as in a PyTorch <c>Sequential</c> of linear layers and activations.
/// </summary>
/// <remarks>Workspaces grow with the largest batch seen; after that nothing is allocated.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Mlp<T> : INodeModel<T>, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _ownsParameters;
    private readonly LinearLayer<T>[] _layers;
    private readonly Workspace<T>[] _gradients;

    /// <summary>Creates the model with seeded first values (<see cref="Initialisation.Linear"/>).</summary>
    /// <param name="device">The device that runs it.</param>
    /// <param name="widths">Widths of the input, the hidden layers and the output: at least two.</param>
    /// <param name="activation">The activation <c>f</c> between layers.</param>
    /// <param name="seed">Seed of the first values.</param>
    public Mlp(Device device, ReadOnlySpan<int> widths, Activation activation = Activation.ReLU, ulong seed = 0)
        : this(new ParameterSet<T>(device), "", widths, activation)
    {
        _ownsParameters = true;
        Initialisation.Linear(Parameters, seed);
    }

    /// <summary>Adds the model's parameters, 0 until they are initialised or loaded, to a set: for models made of models.</summary>
    /// <param name="parameters">The set; not owned.</param>
    /// <param name="prefix">Before the names of the parameters.</param>
    /// <param name="widths">Widths of the input, the hidden layers and the output: at least two.</param>
    /// <param name="activation">The activation <c>f</c> between layers.</param>
    public Mlp(ParameterSet<T> parameters, string prefix, ReadOnlySpan<int> widths, Activation activation = Activation.ReLU)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(prefix);
        if (widths.Length < 2)
        {
            throw new ArgumentException($"widths: expected at least the widths of input and output, but got {widths.Length}.", nameof(widths));
        }

        Parameters = parameters;
        _layers = new LinearLayer<T>[widths.Length - 1];
        _gradients = new Workspace<T>[_layers.Length - 1];
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            var last = layer == _layers.Length - 1;
            _layers[layer] = new LinearLayer<T>(parameters, $"{prefix}layers.{2 * layer}.", widths[layer], widths[layer + 1], last ? Activation.Identity : activation);
            if (!last)
            {
                _gradients[layer] = new Workspace<T>(parameters.Device);
            }
        }
    }

    /// <summary>Parameters.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>The linear layers, input first.</summary>
    public IReadOnlyList<LinearLayer<T>> Layers => _layers;

    /// <summary>Computes the output.</summary>
    /// <param name="x">Input <c>[B, in]</c>; must stay as it is until the backward pass is done.</param>
    /// <returns>Output <c>[B, out]</c>, in memory of the model: valid until the next forward pass.</returns>
    public DeviceMatrix<T> Forward(DeviceMatrix<T> x)
    {
        foreach (var layer in _layers)
        {
            x = layer.Forward(x);
        }

        return x;
    }

    /// <summary>Adds the gradients of the parameters at the input of the last forward pass.</summary>
    /// <param name="dOutput">Gradient of the output, <c>[B, out]</c>; not changed.</param>
    /// <param name="dx">Receives the gradient of the input, <c>[B, in]</c>; overwritten; may be absent. Must not overlap <paramref name="dOutput"/>.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dx = default)
    {
        for (var layer = _layers.Length - 1; layer > 0; layer--)
        {
            var gradient = _gradients[layer - 1].Matrix(dOutput.Rows, _layers[layer].Inputs);
            _layers[layer].Backward(dOutput, gradient);
            dOutput = gradient;
        }

        _layers[0].Backward(dOutput, dx);
    }

    DeviceMatrix<T> INodeModel<T>.Forward(in NodeInputs<T> inputs) => Forward(inputs.Features);

    /// <summary>Frees the workspaces, and the parameters unless they belong to a set that was given.</summary>
    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }

        foreach (var gradient in _gradients)
        {
            gradient.Dispose();
        }

        if (_ownsParameters)
        {
            Parameters.Dispose();
        }
    }
}
