using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.SegmentSoftmax"/>: softmax over the edges of every segment, per column.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">Edge values <c>[E, F]</c>; overwritten; apart from <paramref name="v"/>.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void SegmentSoftmax<T>(EdgeIndex index, ReadOnlyMatrixView<T> v, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(index);
        ViewShape.Matrix(v, index.Edges, output.Columns);
        ViewShape.Output(output, index.Edges, output.Columns);
        fixed (T* from = &v.First, to = &output.First)
        {
            SegmentSoftmaxWork<SoftmaxKind, T>.Run(index, from, v.Stride, null, 0, to, output.Stride, output.Columns, threads);
        }
    }

    /// <summary><see cref="MessageKernels{T}.SegmentSoftmaxBackward"/>: <c>dv[e] = p_e (dOutput[e] - Σ_{e'} p_{e'} dOutput[e'])</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="output">What the forward call wrote, <c>[E, F]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[E, F]</c>.</param>
    /// <param name="dv">Gradient of the edge values, <c>[E, F]</c>; overwritten; apart from the inputs.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void SegmentSoftmaxBackward<T>(EdgeIndex index, ReadOnlyMatrixView<T> output, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dv, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(index);
        ViewShape.Matrix(output, index.Edges, dv.Columns);
        ViewShape.Matrix(dOutput, index.Edges, dv.Columns);
        ViewShape.Output(dv, index.Edges, dv.Columns);
        fixed (T* p = &output.First, g = &dOutput.First, to = &dv.First)
        {
            SegmentSoftmaxWork<SoftmaxBackwardKind, T>.Run(index, p, output.Stride, g, dOutput.Stride, to, dv.Stride, dv.Columns, threads);
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void SegmentSoftmaxCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) =>
        Native.Kernels.Cpu.Messages.SegmentSoftmax(index.Host, v.View(), output.View(), Threads);

    protected override void SegmentSoftmaxBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) =>
        Native.Kernels.Cpu.Messages.SegmentSoftmaxBackward<T>(index.Host, output.View(), dOutput.View(), dv.View(), Threads);
}
