using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.SegmentReduce"/>: <c>output[i] = REDUCE_{e: index[e]=i} v[e]</c>.</summary>
    /// <typeparam name="TReduction"><see cref="Sum"/>, <see cref="Mean"/>, <see cref="Max"/> or <see cref="Min"/>.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">Segment values <c>[N, F]</c>; overwritten; apart from <paramref name="v"/>.</param>
    /// <param name="arg">Max and Min: receives the number of the first extremal edge, <c>[N, F]</c>, or -1; may be absent.</param>
    /// <param name="fill">Max and Min: value of an empty segment.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void SegmentReduce<TReduction, T>(EdgeIndex index, ReadOnlyMatrixView<T> v, MatrixView<T> output, MatrixView<int> arg = default, T fill = default, int threads = 1)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(index);
        ViewShape.Matrix(v, index.Edges, output.Columns);
        ViewShape.Output(output, index.Nodes, output.Columns);
        ViewShape.Arg<TReduction>(arg, index.Nodes, output.Columns, required: false);
        fixed (T* from = &v.First, to = &output.First)
        fixed (int* edges = &arg.First)
        {
            ReduceRows<TReduction, T>(index, from, v.Stride, new RowOutput<T>(to, output.Stride, output.Columns, edges, arg.Stride, fill, false), threads);
        }
    }

    /// <summary><see cref="MessageKernels{T}.SegmentReduceBackward"/>: gradient of <see cref="SegmentReduce"/> with respect to the edge values.</summary>
    /// <typeparam name="TReduction">The reduction of the forward call.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="arg">Max and Min: what the forward call wrote, <c>[N, F]</c>; absent for Sum and Mean.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>.</param>
    /// <param name="dv">Gradient of the edge values, <c>[E, F]</c>; overwritten; apart from <paramref name="dOutput"/>.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void SegmentReduceBackward<TReduction, T>(EdgeIndex index, ReadOnlyMatrixView<int> arg, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dv, int threads = 1)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(index);
        ViewShape.Matrix(dOutput, index.Nodes, dv.Columns);
        ViewShape.Output(dv, index.Edges, dv.Columns);
        ViewShape.Arg<TReduction>(arg, index.Nodes, dv.Columns, required: true);
        using var scratch = Scratch.Rent(MeanGradient<T>.SizeOf<TReduction>(index.Nodes, dv.Columns));
        fixed (T* from = &dOutput.First, to = &dv.First)
        fixed (int* edges = &arg.First, nodes = index.Index)
        {
            var stride = dOutput.Stride;
            var g = MeanGradient<T>.Of<TReduction>(index, from, ref stride, dv.Columns, scratch, threads);
            if (TReduction.IsExtremum)
            {
                GatherWork<T>.Run(g, stride, nodes, edges, arg.Stride, null, index.Edges, dv.Columns, to, dv.Stride, threads);
            }
            else
            {
                GatherWork<T>.Run(g, stride, nodes, null, 0, null, index.Edges, dv.Columns, to, dv.Stride, threads);
            }
        }
    }

    private static void ReduceRows<TReduction, T>(EdgeIndex index, T* v, nint stride, RowOutput<T> output, int threads)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (int* order = index.Order)
        fixed (long* offsets = index.Offsets)
        {
            if (index.IsSorted)
            {
                RowReductionWork<StreamedRows<T>, TReduction, T>.Run(new(v, stride, 0), index, offsets, order, output, threads);
            }
            else if (PassingRows<T>.Suits(index.Edges, output.Features))
            {
                RowReductionWork<PassingRows<T>, TReduction, T>.Run(new(v, stride, order), index, offsets, order, output, threads);
            }
            else
            {
                RowReductionWork<IndexedRows<T>, TReduction, T>.Run(new(v, stride, order), index, offsets, order, output, threads);
            }
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void SegmentReduceCore<TReduction>(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) =>
        Native.Kernels.Cpu.Messages.SegmentReduce<TReduction, T>(index.Host, v.View(), output.View(), View(arg, index.Nodes, output.Columns), fill, Threads);

    protected override void SegmentReduceBackwardCore<TReduction>(DeviceEdgeIndex index, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) =>
        Native.Kernels.Cpu.Messages.SegmentReduceBackward<TReduction, T>(index.Host, View(arg, index.Nodes, dv.Columns), dOutput.View(), dv.View(), Threads);
}
