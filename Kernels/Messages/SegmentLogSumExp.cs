namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Log-sum-exp of every segment and feature: <c>output[i] = m + log Σ_{e: index[e]=i} exp(v[e] - m)</c> with <c>m</c> the segment's maximum.
    /// An empty segment and one of all <c>-∞</c> give <c>-∞</c>; <c>+∞</c> gives <c>+∞</c>; NaN gives NaN. In nats.
    /// </summary>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">Segment values <c>[N, F]</c>; overwritten.</param>
    public void SegmentLogSumExp(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output)
    {
        Check.Index(Device, index);
        Check.Matrix(Device, v, index.Edges, output.Columns);
        Check.Output(Device, output, index.Nodes, output.Columns);
        Check.Apart(output, v);
        SegmentLogSumExpCore(index, v, output);
    }

    /// <summary>Gradient of <see cref="SegmentLogSumExp"/>: <c>dv[e] = dOutput[i] · exp(v[e] - output[i])</c>, <c>i = index[e]</c>; 0 where <c>output[i] = -∞</c>.</summary>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">What the forward call wrote, <c>[N, F]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>.</param>
    /// <param name="dv">Gradient of the edge values, <c>[E, F]</c>; overwritten.</param>
    public void SegmentLogSumExpBackward(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        Check.Index(Device, index);
        Check.Matrix(Device, v, index.Edges, dv.Columns);
        Check.Matrix(Device, output, index.Nodes, dv.Columns);
        Check.Matrix(Device, dOutput, index.Nodes, dv.Columns);
        Check.Output(Device, dv, index.Edges, dv.Columns);
        Check.Apart(dv, v);
        SegmentLogSumExpBackwardCore(index, v, output, dOutput, dv);
    }

    /// <summary>Device side of <see cref="SegmentLogSumExp"/>; arguments are checked.</summary>
    protected abstract void SegmentLogSumExpCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output);

    /// <summary>Device side of <see cref="SegmentLogSumExpBackward"/>; arguments are checked.</summary>
    protected abstract void SegmentLogSumExpBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv);
}
