using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.ScatterAdd"/>: <c>output[index[e]] += v[e]</c>, row by row, without atomics.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="index">Nodes, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">Node values <c>[N, F]</c>; accumulates; apart from <paramref name="v"/>.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void ScatterAdd<T>(EdgeIndex index, ReadOnlyMatrixView<T> v, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(index);
        ViewShape.Matrix(v, index.Edges, output.Columns);
        ViewShape.Output(output, index.Nodes, output.Columns);
        fixed (T* from = &v.First, to = &output.First)
        {
            if (ScatterAddWork<T>.Suits(index, output.Columns))
            {
                ScatterAddWork<T>.Run(index, from, v.Stride, to, output.Stride, output.Columns, threads);
            }
            else
            {
                ReduceRows<Sum, T>(index, from, v.Stride, new RowOutput<T>(to, output.Stride, output.Columns, null, 0, default, true), threads);
            }
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void ScatterAddCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) =>
        Native.Kernels.Cpu.Messages.ScatterAdd(index.Host, v.View(), output.View(), Threads);
}
