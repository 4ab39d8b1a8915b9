namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Adds a row for every edge: <c>output[index[e]] += v[e]</c>, in the order of the edges (the index keeps the sort, so no atomics are needed and the
    /// result is deterministic). Nodes without edges stay as they are.
    /// </summary>
    /// <param name="index">Nodes, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">Node values <c>[N, F]</c>; accumulates.</param>
    public void ScatterAdd(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output)
    {
        Check.Index(Device, index);
        Check.Matrix(Device, v, index.Edges, output.Columns);
        Check.Output(Device, output, index.Nodes, output.Columns);
        Check.Apart(output, v);
        ScatterAddCore(index, v, output);
    }

    /// <summary>Gradient of <see cref="ScatterAdd"/>: <c>dv[e] = dOutput[index[e]]</c>; the gradient of the destination before the call is <c>dOutput</c> itself.</summary>
    /// <param name="index">Nodes, <c>[E]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>.</param>
    /// <param name="dv">Gradient of the edge values, <c>[E, F]</c>; overwritten.</param>
    public void ScatterAddBackward(DeviceEdgeIndex index, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) => Gather(index, dOutput, dv);

    /// <summary>Device side of <see cref="ScatterAdd"/>; arguments are checked.</summary>
    protected abstract void ScatterAddCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output);
}
