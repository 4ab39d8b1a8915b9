using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.CombinedDot"/>: <c>output[e] = ⟨f(t[dst[e]] + s[src[e]] + W_a a[e]), y[dst[e]]⟩</c>.</summary>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="message">What the message is made of.</param>
    /// <param name="y">Rows <c>[N, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="output">Products <c>[E, 1]</c>; overwritten; apart from the inputs.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void CombinedDot<TActivation, T>(Graph graph, CombinedMessageView<T> message, ReadOnlyMatrixView<T> y, MatrixView<T> output, int threads = 1)
        where TActivation : struct, IActivation
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(graph);
        message.Check(graph);
        ViewShape.Matrix(y, graph.Nodes, message.Target.Columns);
        ViewShape.Output(output, graph.Edges, 1);
        fixed (T* t = &message.Target.First, s = &message.Source.First, a = &message.EdgeFeatures.First, wa = &message.EdgeWeight.First, rows = &y.First, to = &output.First)
        {
            EdgeTileWork<TActivation, ByDestination, T>.Run(graph, 0, graph.Edges, Tile(graph, message, t, s, a), wa, message.EdgeWeight.Stride, rows, y.Stride, to, output.Stride, threads);
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void CombinedDotCore<TActivation>(DeviceGraph graph, in CombinedMessage<T> message, DeviceMatrix<T> y, DeviceTensor<T> output) =>
        Native.Kernels.Cpu.Messages.CombinedDot<TActivation, T>(graph.Host, View(message), y.View(), Column(output), Threads);
}
