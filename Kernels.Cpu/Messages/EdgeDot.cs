using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.EdgeDot"/>: <c>output[e, h] = ⟨x[src[e], h, :], y[dst[e], h, :]⟩</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="x">Source features <c>[N, F]</c>.</param>
    /// <param name="y">Destination features <c>[N, F]</c>.</param>
    /// <param name="output">Products <c>[E, H]</c>, <c>H</c> a divisor of <c>F</c>; overwritten; apart from the inputs.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void EdgeDot<T>(Graph graph, ReadOnlyMatrixView<T> x, ReadOnlyMatrixView<T> y, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        ViewShape.Matrix(x, graph.Nodes, x.Columns);
        ViewShape.Matrix(y, graph.Nodes, x.Columns);
        ViewShape.Heads<T>(output, graph.Edges, x.Columns);
        ViewShape.Output(output, graph.Edges, output.Columns);
        fixed (T* source = &x.First, destination = &y.First, to = &output.First)
        {
            EdgeProductWork<PlainProduct, T>.Run(graph, source, x.Stride, destination, y.Stride, null, 0, x.Columns, (int)output.Columns, to, output.Stride, threads);
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void EdgeDotCore(DeviceGraph graph, DeviceMatrix<T> x, DeviceMatrix<T> y, DeviceTensor<T> output) =>
        Native.Kernels.Cpu.Messages.EdgeDot(graph.Host, x.View(), y.View(), View(output), Threads);
}
