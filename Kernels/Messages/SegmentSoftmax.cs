namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Softmax over the edges of every segment, per feature: <c>output[e] = exp(v[e] - m) / Σ_{e': index[e']=i} exp(v[e'] - m)</c>, <c>i = index[e]</c>,
    /// <c>m</c> the segment's maximum. A segment of all <c>-∞</c> gives 0; NaN gives NaN; <c>+∞</c> gives NaN at its edge and 0 at those below.
    /// </summary>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c> (one column per head, say).</param>
    /// <param name="output">Edge values <c>[E, F]</c>; overwritten.</param>
    public void SegmentSoftmax(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output)
    {
        Check.Index(Device, index);
        Check.Matrix(Device, v, index.Edges, output.Columns);
        Check.Output(Device, output, index.Edges, output.Columns);
        Check.Apart(output, v);
        SegmentSoftmaxCore(index, v, output);
    }

    /// <summary>Gradient of <see cref="SegmentSoftmax"/>: <c>dv[e] = p_e (dOutput[e] - Σ_{e'} p_{e'} dOutput[e'])</c>, <c>p = output</c>, the sum over the segment of <c>e</c>.</summary>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="output">What the forward call wrote, <c>[E, F]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[E, F]</c>.</param>
    /// <param name="dv">Gradient of the edge values, <c>[E, F]</c>; overwritten.</param>
    public void SegmentSoftmaxBackward(DeviceEdgeIndex index, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        Check.Index(Device, index);
        Check.Matrix(Device, output, index.Edges, dv.Columns);
        Check.Matrix(Device, dOutput, index.Edges, dv.Columns);
        Check.Output(Device, dv, index.Edges, dv.Columns);
        Check.Apart(dv, output);
        Check.Apart(dv, dOutput);
        SegmentSoftmaxBackwardCore(index, output, dOutput, dv);
    }

    /// <summary>Device side of <see cref="SegmentSoftmax"/>; arguments are checked.</summary>
    protected abstract void SegmentSoftmaxCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output);

    /// <summary>Device side of <see cref="SegmentSoftmaxBackward"/>; arguments are checked.</summary>
    protected abstract void SegmentSoftmaxBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv);
}
