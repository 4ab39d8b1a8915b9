namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>Copies a row for every edge: <c>output[e] = x[index[e]]</c>.</summary>
    /// <param name="index">Nodes, <c>[E]</c>.</param>
    /// <param name="x">Node features <c>[N, F]</c>.</param>
    /// <param name="output">Edge features <c>[E, F]</c>; overwritten.</param>
    public void Gather(DeviceEdgeIndex index, DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        Check.Index(Device, index);
        Check.Matrix(Device, x, index.Nodes, output.Columns);
        Check.Output(Device, output, index.Edges, output.Columns);
        Check.Apart(output, x);
        GatherCore(index, x, output);
    }

    /// <summary>Gradient of <see cref="Gather"/>: <c>dx[i] = Σ_{e: index[e]=i} dOutput[e]</c>, summed in the order of the edges.</summary>
    /// <param name="index">Nodes, <c>[E]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[E, F]</c>.</param>
    /// <param name="dx">Gradient of the node features, <c>[N, F]</c>; overwritten.</param>
    public void GatherBackward(DeviceEdgeIndex index, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx) => SegmentReduce<Sum>(index, dOutput, dx);

    /// <summary>Device side of <see cref="Gather"/>; arguments are checked.</summary>
    protected abstract void GatherCore(DeviceEdgeIndex index, DeviceMatrix<T> x, DeviceMatrix<T> output);
}
