using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.Gather"/>: <c>output[e] = x[index[e]]</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="index">Nodes, <c>[E]</c>.</param>
    /// <param name="x">Node features <c>[N, F]</c>.</param>
    /// <param name="output">Edge features <c>[E, F]</c>; overwritten; apart from <paramref name="x"/>.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void Gather<T>(EdgeIndex index, ReadOnlyMatrixView<T> x, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(index);
        ViewShape.Matrix(x, index.Nodes, output.Columns);
        ViewShape.Output(output, index.Edges, output.Columns);
        fixed (T* from = &x.First, to = &output.First)
        fixed (int* nodes = index.Index)
        {
            GatherWork<T>.Run(from, x.Stride, nodes, null, 0, null, index.Edges, output.Columns, to, output.Stride, threads);
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void GatherCore(DeviceEdgeIndex index, DeviceMatrix<T> x, DeviceMatrix<T> output) =>
        Native.Kernels.Cpu.Messages.Gather(index.Host, x.View(), output.View(), Threads);
}
