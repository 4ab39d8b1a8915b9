using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Personalised propagation (Gasteiger, Bojchevski &amp; Günnemann 2019, "Predict then propagate"): rounds of normalised aggregation with a residual connection
/// to the start, <c>z_{k+1} = (1 - α) Â z_k + α z_0</c>, <c>(Â z)_i = Σ_{e: dst[e]=i} z_src / max(in-degree(i), 1)</c>. Linear, without parameters;
/// many rounds reach far without washing the rows out, since each keeps the share <c>α</c> of its own start.
/// </summary>
/// <remarks>Memory is two matrices whatever the number of rounds, forward and backward.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class PersonalisedPropagation<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MessageKernels<T> _messages;
    private readonly DenseKernels<T> _dense;
    private readonly Workspace<T>[] _outputs;
    private readonly Workspace<T>[] _gradients;
    private readonly T _restart;
    private DeviceGraph? _graph;

    /// <summary>Creates the layer.</summary>
    /// <param name="device">The device that runs it.</param>
    /// <param name="rounds">Number of rounds, ≥ 1.</param>
    /// <param name="restart">Share <c>α</c> of the start in every round, in (0, 1].</param>
    public PersonalisedPropagation(Device device, int rounds = 10, double restart = 0.1)
    {
        ArgumentNullException.ThrowIfNull(device);
        Rounds = Require.Positive(rounds);
        Restart = restart is > 0 and <= 1 ? restart : throw new ArgumentOutOfRangeException(nameof(restart), $"restart: expected a number in (0, 1], but got {restart}.");
        _restart = T.CreateTruncating(restart);
        _messages = device.Messages<T>();
        _dense = device.Dense<T>();
        _outputs = [new(device), new(device)];
        _gradients = [new(device), new(device)];
    }

    /// <summary>Number of rounds.</summary>
    public int Rounds { get; }

    /// <summary>Share <c>α</c> of the start in every round.</summary>
    public double Restart { get; }

    /// <summary>Propagates. Allocates only when the matrix is larger than ever before.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">Start <c>z_0 [N, F]</c>.</param>
    /// <returns><c>z_K [N, F]</c>, in memory of the layer: valid until the next forward pass.</returns>
    public DeviceMatrix<T> Forward(DeviceGraph graph, DeviceMatrix<T> x)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Require.Shape(x, graph.Nodes, x.IsAbsent ? 0 : x.Columns);
        var z = x;
        for (var round = 0; round < Rounds; round++)
        {
            var next = _outputs[round % 2].Matrix(x.Rows, x.Columns);
            _messages.Aggregate<Mean>(graph, z, null, next);
            _dense.AddScaled(_restart, x, T.One - _restart, next);
            z = next;
        }

        _graph = graph;
        return z;
    }

    /// <summary>Gradient of the start: <c>g_K = dOutput</c>, <c>g_k = (1 - α) Âᵀ g_{k+1}</c>, <c>dx = g_0 + α Σ_{k ≥ 1} g_k</c>.</summary>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>; not changed.</param>
    /// <param name="dx">Receives the gradient of the start, <c>[N, F]</c>; overwritten; must not overlap <paramref name="dOutput"/>.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(DeviceMatrix<T> dOutput, DeviceMatrix<T> dx)
    {
        var graph = _graph ?? throw new InvalidOperationException("Backward needs a forward pass before it.");
        Require.Shape(dOutput, graph.Nodes, dOutput.IsAbsent ? 0 : dOutput.Columns);
        Require.Shape(dx, graph.Nodes, dOutput.Columns);
        var gradient = dOutput;
        for (var round = 0; round < Rounds; round++)
        {
            _dense.AddScaled(_restart, gradient, round == 0 ? T.Zero : T.One, dx);
            var next = _gradients[round % 2].Matrix(dOutput.Rows, dOutput.Columns);
            _messages.AggregateBackward<Mean>(graph, default, null, null, gradient, next);
            _dense.AddScaled(T.One - _restart, next, T.Zero, next);
            gradient = next;
        }

        _dense.AddScaled(T.One, gradient, T.One, dx);
    }

    /// <summary>Frees the workspaces.</summary>
    public void Dispose()
    {
        foreach (var workspace in (ReadOnlySpan<Workspace<T>>)[.. _outputs, .. _gradients])
        {
            workspace.Dispose();
        }
    }
}
