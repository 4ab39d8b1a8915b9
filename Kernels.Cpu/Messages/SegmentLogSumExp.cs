using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.SegmentLogSumExp"/>: <c>output[i] = m + log Σ_{e: index[e]=i} exp(v[e] - m)</c>, per column.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">Segment values <c>[N, F]</c>; overwritten; apart from <paramref name="v"/>.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void SegmentLogSumExp<T>(EdgeIndex index, ReadOnlyMatrixView<T> v, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(index);
        ViewShape.Matrix(v, index.Edges, output.Columns);
        ViewShape.Output(output, index.Nodes, output.Columns);
        fixed (T* from = &v.First, to = &output.First)
        {
            SegmentSoftmaxWork<LogSumExpKind, T>.Run(index, from, v.Stride, null, 0, to, output.Stride, output.Columns, threads);
        }
    }

    /// <summary><see cref="MessageKernels{T}.SegmentLogSumExpBackward"/>: <c>dv[e] = dOutput[i] · exp(v[e] - output[i])</c>, 0 where <c>output[i] = -∞</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">What the forward call wrote, <c>[N, F]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>.</param>
    /// <param name="dv">Gradient of the edge values, <c>[E, F]</c>; overwritten; apart from <paramref name="v"/>.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static void SegmentLogSumExpBackward<T>(EdgeIndex index, ReadOnlyMatrixView<T> v, ReadOnlyMatrixView<T> output, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dv, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(index);
        ViewShape.Matrix(v, index.Edges, dv.Columns);
        ViewShape.Matrix(output, index.Nodes, dv.Columns);
        ViewShape.Matrix(dOutput, index.Nodes, dv.Columns);
        ViewShape.Output(dv, index.Edges, dv.Columns);
        fixed (T* from = &v.First, lse = &output.First, g = &dOutput.First, to = &dv.First)
        {
            SegmentLogSumExpBackwardWork<T>.Run(index, from, v.Stride, lse, output.Stride, g, dOutput.Stride, to, dv.Stride, dv.Columns, threads);
        }
    }
}

/// <summary>
/// <c>dv[e] = g[i] · exp(v[e] - lse[i])</c>, in the order of the edges. Narrow rows of the nodes are copied side by side, a stretch of edges at a time,
/// so that the exponentials fill whole registers whatever the number of columns.
/// </summary>
internal unsafe struct SegmentLogSumExpBackwardWork<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Stretch = 256;

    private T* _v;
    private nint _vStride;
    private T* _lse;
    private nint _lseStride;
    private T* _g;
    private nint _gStride;
    private T* _output;
    private nint _outputStride;
    private nint _columns;
    private int* _index;
    private nint _edges;
    private nint _perBlock;
    private bool _sideBySide;

    public static void Run(EdgeIndex index, T* v, nint vStride, T* lse, nint lseStride, T* g, nint gStride, T* output, nint outputStride, nint columns, int threads)
    {
        if (columns == 0)
        {
            return;
        }

        fixed (int* nodes = index.Index)
        {
            var work = new SegmentLogSumExpBackwardWork<T>
            {
                _v = v,
                _vStride = vStride,
                _lse = lse,
                _lseStride = lseStride,
                _g = g,
                _gStride = gStride,
                _output = output,
                _outputStride = outputStride,
                _columns = columns,
                _index = nodes,
                _edges = index.Edges,
                _perBlock = (nint)EdgeBlocks.CostFor(4 * columns),
                _sideBySide = columns * sizeof(T) < 32 && vStride == columns && outputStride == columns,
            };
            LanesWork.For<SegmentLogSumExpBackwardWork<T>, T>(ref work, (int)((index.Edges + work._perBlock - 1) / work._perBlock), threads, work._sideBySide ? nint.MaxValue : columns);
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var begin = block * _perBlock;
        var end = Math.Min(begin + _perBlock, _edges);
        if (!_sideBySide)
        {
            for (var edge = begin; edge < end; edge++)
            {
                nint node = _index[edge];
                Gradient<TLanes>(_v + edge * _vStride, _lse + node * _lseStride, _g + node * _gStride, _output + edge * _outputStride, _columns);
            }

            return;
        }

        using var scratch = Scratch.Rent(2 * Scratch.SizeOf<T>(Stretch * _columns));
        var lse = scratch.Take<T>(Stretch * _columns);
        var g = scratch.Take<T>(Stretch * _columns);
        for (; begin < end; begin += Stretch)
        {
            var count = Math.Min(Stretch, end - begin);
            for (nint r = 0; r < count; r++)
            {
                nint node = _index[begin + r];
                for (nint column = 0; column < _columns; column++)
                {
                    lse[r * _columns + column] = _lse[node * _lseStride + column];
                    g[r * _columns + column] = _g[node * _gStride + column];
                }
            }

            Gradient<TLanes>(_v + begin * _columns, lse, g, _output + begin * _columns, count * _columns);
        }
    }

    private static void Gradient<TLanes>(T* v, T* lse, T* g, T* output, nint count)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        nint i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(Gradient(TLanes.Load(v + i), TLanes.Load(lse + i), TLanes.Load(g + i)), output + i);
        }

        if (i < count)
        {
            var lanes = (int)(count - i);
            TLanes.StorePartial(Gradient(TLanes.LoadPartial(v + i, lanes), TLanes.LoadPartial(lse + i, lanes), TLanes.LoadPartial(g + i, lanes)), output + i, lanes);
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    private static TLanes Gradient<TLanes>(TLanes v, TLanes lse, TLanes g)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var nothing = TLanes.Equal(lse, TLanes.Broadcast(T.NegativeInfinity));
        return TLanes.AndNot(g * Functions.Exp<TLanes, T>(v - lse), nothing);
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void SegmentLogSumExpCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output) =>
        Native.Kernels.Cpu.Messages.SegmentLogSumExp(index.Host, v.View(), output.View(), Threads);

    protected override void SegmentLogSumExpBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv) =>
        Native.Kernels.Cpu.Messages.SegmentLogSumExpBackward<T>(index.Host, v.View(), output.View(), dOutput.View(), dv.View(), Threads);
}
