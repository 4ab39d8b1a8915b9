using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Attention as message passing (Vaswani et al. 2017, section 3.2.2): every position of a sequence receives the values of the positions it sees, weighted by softmax attention:
/// <c>out = W_o · attention(W_q x, W_k x, W_v x)</c>, every map with a bias. Head <c>h</c> owns the features <c>h·D/H … (h + 1)·D/H - 1</c>.
/// Parameters <c>{prefix}W_q</c>, <c>W_k</c>, <c>W_v</c>, <c>W_o</c>, each with <c>.weight [D, D]</c> and <c>.bias [D]</c>.
/// </summary>
/// <remarks>The heads are read where the linear layers write them: nothing is transposed or copied, and no <c>S×S</c> array is stored.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AttentionLayer<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AttentionKernels<T> _attention;
    private readonly DenseKernels<T> _dense;
    private readonly bool _ownsParameters;
    private readonly LinearLayer<T> _queries;
    private readonly LinearLayer<T> _keys;
    private readonly LinearLayer<T> _values;
    private readonly LinearLayer<T> _output;
    private readonly Workspace<T> _mixed;
    private readonly Workspace<T> _lse;
    private readonly Workspace<T> _dMixed;
    private readonly Workspace<T> _dQueries;
    private readonly Workspace<T> _dKeys;
    private readonly Workspace<T> _dValues;
    private readonly Workspace<T> _dx;
    private Call? _last;

    /// <summary>Creates a layer with seeded first values (<see cref="Initialisation.Linear"/>).</summary>
    /// <param name="device">The device that runs it.</param>
    /// <param name="width">Width <c>D</c> of the positions.</param>
    /// <param name="heads">Number of heads <c>H</c>, a divisor of the width.</param>
    /// <param name="causal">Positions see themselves and those before them only.</param>
    /// <param name="seed">Seed of the first values.</param>
    public AttentionLayer(Device device, int width, int heads, bool causal = false, ulong seed = 0)
        : this(new ParameterSet<T>(device), "", width, heads, causal)
    {
        _ownsParameters = true;
        Initialisation.Linear(Parameters, seed);
    }

    /// <summary>Adds the layer's parameters, 0 until they are initialised or loaded, to a set: for models made of layers.</summary>
    /// <param name="parameters">The set; not owned.</param>
    /// <param name="prefix">Before the names of the parameters.</param>
    /// <param name="width">Width <c>D</c> of the positions.</param>
    /// <param name="heads">Number of heads <c>H</c>, a divisor of the width.</param>
    /// <param name="causal">Positions see themselves and those before them only.</param>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public AttentionLayer(ParameterSet<T> parameters, string prefix, int width, int heads, bool causal = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(prefix);
        Width = Require.Positive(width);
        Heads = Require.Positive(heads);
        if (width % heads != 0)
        {
            throw new ArgumentException($"heads: expected a divisor of the width {width}, but got {heads}.", nameof(heads));
        }

        Options = new AttentionOptions(Causal: causal);
        Parameters = parameters;
        var device = parameters.Device;
        (_attention, _dense) = (device.Attention<T>(), device.Dense<T>());
        _queries = new(parameters, prefix + "W_q.", width, width);
        _keys = new(parameters, prefix + "W_k.", width, width);
        _values = new(parameters, prefix + "W_v.", width, width);
        _output = new(parameters, prefix + "W_o.", width, width);
        (_mixed, _lse, _dMixed, _dQueries, _dKeys, _dValues, _dx) = (new(device), new(device), new(device), new(device), new(device), new(device), new(device));
    }

    /// <summary>Parameters.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>Width <c>D</c> of the positions.</summary>
    public int Width { get; }

    /// <summary>Number of heads <c>H</c>.</summary>
    public int Heads { get; }

    /// <summary>Scale and causal mask.</summary>
    public AttentionOptions Options { get; }

    /// <summary>Computes the layer. Allocates only when a batch has another shape than before.</summary>
    /// <param name="x">Positions of all sequences, one sequence after the other, <c>[B·S, D]</c>; must stay as they are until the backward pass is done.</param>
    /// <param name="batch">Number of sequences <c>B</c>, a divisor of the rows.</param>
    /// <param name="keyLengths">Number of positions of every sequence that are seen, <c>[B]</c>; null for all. Must stay as it is until the backward pass is done.</param>
    /// <returns>Output <c>[B·S, D]</c>, in memory of the layer: valid until the next forward pass.</returns>
    public DeviceMatrix<T> Forward(DeviceMatrix<T> x, int batch, DeviceTensor<int>? keyLengths = null)
    {
        Require.Columns(x, Width);
        var call = new Call(
            Split(_queries.Forward(x), batch), Split(_keys.Forward(x), batch), Split(_values.Forward(x), batch), _mixed.Matrix(x.Rows, Width), _lse.Vector(x.Rows * Heads), batch, keyLengths);
        _attention.SoftmaxAttention(call.Queries, call.Keys, call.Values, keyLengths, default, Split(call.Mixed, batch), call.Lse, Options);
        _last = call;
        return _output.Forward(call.Mixed);
    }

    /// <summary>Adds the gradients of the parameters at the inputs of the last forward pass.</summary>
    /// <param name="dOutput">Gradient of the output, <c>[B·S, D]</c>; not changed.</param>
    /// <param name="dx">Receives the gradient of the positions, <c>[B·S, D]</c>; overwritten; may be absent. Must not overlap <paramref name="dOutput"/>.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dx = default)
    {
        var call = _last ?? throw new InvalidOperationException("Backward needs a forward pass before it.");
        var rows = call.Mixed.Rows;
        Require.Shape(dOutput, rows, Width);
        Require.OptionalShape(dx, rows, Width);
        var dMixed = _dMixed.Matrix(rows, Width);
        _output.Backward(dOutput, dMixed);

        var (dQueries, dKeys, dValues) = (_dQueries.Matrix(rows, Width), _dKeys.Matrix(rows, Width), _dValues.Matrix(rows, Width));
        _attention.SoftmaxAttentionBackward(
            call.Queries,
            call.Keys,
            call.Values,
            call.KeyLengths,
            default,
            Split(call.Mixed, call.Batch),
            call.Lse,
            Split(dMixed, call.Batch),
            Split(dQueries, call.Batch),
            Split(dKeys, call.Batch),
            Split(dValues, call.Batch),
            default,
            Options);
        _queries.Backward(dQueries, dx);
        AddBackward(_keys, dKeys, dx);
        AddBackward(_values, dValues, dx);
    }

    /// <summary>Frees the workspaces, and the parameters unless they belong to a set that was given.</summary>
    public void Dispose()
    {
        _queries.Dispose();
        _keys.Dispose();
        _values.Dispose();
        _output.Dispose();
        _mixed.Dispose();
        _lse.Dispose();
        _dMixed.Dispose();
        _dQueries.Dispose();
        _dKeys.Dispose();
        _dValues.Dispose();
        _dx.Dispose();
        if (_ownsParameters)
        {
            Parameters.Dispose();
        }
    }

    private DeviceHeads<T> Split(DeviceMatrix<T> x, int batch) => DeviceHeads<T>.Split(x, batch, Heads);

    // Gradients of activations overwrite; the input feeds three maps.
    private void AddBackward(LinearLayer<T> layer, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx)
    {
        if (dx.IsAbsent)
        {
            layer.Backward(dOutput);
            return;
        }

        var part = _dx.Matrix(dx.Rows, dx.Columns);
        layer.Backward(dOutput, part);
        _dense.AddScaled(T.One, part, T.One, dx);
    }

    /// <summary>What the backward pass needs of the forward pass.</summary>
    private readonly record struct Call(
        DeviceHeads<T> Queries, DeviceHeads<T> Keys, DeviceHeads<T> Values, DeviceMatrix<T> Mixed, DeviceTensor<T> Lse, int Batch, DeviceTensor<int>? KeyLengths);
}
