namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Sampled product: <c>output[e, h] = ⟨x[src[e], h, :], y[dst[e], h, :]⟩</c>. Heads are contiguous, each <c>F/H</c> wide.
    /// </summary>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="x">Source features <c>[N, F]</c>.</param>
    /// <param name="y">Destination features <c>[N, F]</c>.</param>
    /// <param name="output">Products <c>[E, H]</c>, <c>H</c> a divisor of <c>F</c>; overwritten.</param>
    public void EdgeDot(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> y, DeviceTensor<T> output)
    {
        Check.Graph(Device, graph);
        Check.Matrix(Device, x, graph.Nodes, x.Columns);
        Check.Matrix(Device, y, graph.Nodes, x.Columns);
        ArgumentNullException.ThrowIfNull(output);
        Check.Heads(Device, output, graph.Edges, x.Columns);
        Check.Apart<T>(output, x);
        Check.Apart<T>(output, y);
        EdgeDotCore(graph, x, y, output);
    }

    /// <summary>
    /// Gradient of <see cref="EdgeDot"/>: <c>dx[j] = Σ_{e: src[e]=j} dOutput[e, h] · y[dst[e]]</c> and <c>dy[i] = Σ_{e: dst[e]=i} dOutput[e, h] · x[src[e]]</c>:
    /// two weighted aggregates, one over the transposed graph.
    /// </summary>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="x">Source features <c>[N, F]</c>; may be absent when <paramref name="dy"/> is.</param>
    /// <param name="y">Destination features <c>[N, F]</c>; may be absent when <paramref name="dx"/> is.</param>
    /// <param name="dOutput">Gradient of the output, <c>[E, H]</c>.</param>
    /// <param name="dx">Gradient of the source features, <c>[N, F]</c>; overwritten; may be absent.</param>
    /// <param name="dy">Gradient of the destination features, <c>[N, F]</c>; overwritten; may be absent.</param>
    public void EdgeDotBackward(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> y, DeviceTensor<T> dOutput, DeviceMatrix<T> dx, DeviceMatrix<T> dy)
    {
        ArgumentNullException.ThrowIfNull(dOutput);
        if (!dx.IsAbsent)
        {
            AggregateBackward<Sum>(graph, default, dOutput, null, y, dx);
        }

        if (!dy.IsAbsent)
        {
            Aggregate<Sum>(graph, x, dOutput, dy);
        }
    }

    /// <summary>Device side of <see cref="EdgeDot"/>; arguments are checked.</summary>
    protected abstract void EdgeDotCore(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> y, DeviceTensor<T> output);
}
