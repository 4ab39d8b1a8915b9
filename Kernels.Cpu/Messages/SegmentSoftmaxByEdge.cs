using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// Softmax over segments in the order of the edges, where that is not the order of the segments: the edge values are read and written as they lie in memory,
/// which is several times faster than picking them segment by segment, and it is the sums of the segments that are picked, from the caches.
/// </summary>
/// <remarks>
/// No maximum is subtracted: one power of two serves for all segments, and <c>eᵛ 2⁻ᵏ</c> is no less precise for it. Where the sum of a segment comes near to
/// overflow or underflow (some dozens away from the first values in float, some hundreds in double; all of its values -∞, or one NaN), the call is left to the
/// order of the segments.
/// The edges are cut into chunks, by the shapes alone; each has sums of its own, which are merged in the order of the chunks. For segments of so few edges
/// that they may be added up plainly, and for rows that fill a register of some width, or are one number.
/// </remarks>
internal unsafe struct SegmentSoftmaxByEdge<TKind, T> : ILanesWork<T>
    where TKind : struct, ISegmentSoftmaxKind
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Sums of a chunk that stay in the second-level cache.
    private const long MostSumBytes = 1L << 20;

    // Fewer edge values stay there too, in whatever order.
    private const long FewestEdgeBytes = 1L << 20;

    // A chunk has so many times more edges than there are segments: merging is a small part of the work then.
    private const int EdgesPerSegment = 8;
    private const int MostChunks = 16;

    // They tell where the values lie; there are more than so many.
    private const int FirstValues = 1024;
    private const int ElementsPerBlock = 1 << 15;

    private SegmentValues<T> _values;
    private int* _index;
    private long* _offsets;
    private nint _edges;
    private nint _nodes;
    private int _chunks;
    private Step _step;
    private T _exponent;

    // [blocks]: whether the sums of a block of segments are in range.
    private bool* _inRange;

    // [chunks, N, C]. The first become what the exponentials are multiplied by (backward: the inner products).
    private T* _sums;

    private enum Step
    {
        Sums,
        MergeSums,
        Results,
    }

    // Terms that underflow are nothing beside the smallest of these sums; none of the exponentials overflows below the largest.
    private static T SmallestSum => T.CreateTruncating(sizeof(T) == 4 ? 8.271806125530277e-25 : 1.1830521861667747e-271);

    private static T LargestSum => T.One / SmallestSum;

    /// <summary>Whether the sums stay in the caches and the edge values do not.</summary>
    public static bool Suits(EdgeIndex index, in SegmentValues<T> values)
    {
        var columns = values.Columns;
        var row = columns * sizeof(T);
        return !TKind.IsLogSumExp && !index.IsSorted && index.LongestRow <= EdgeBlocks.PlainEdges && (columns == 1 || row is 16 or 32 or 64) && columns <= NarrowRowLoop.Widest<T>()
            && values.VStride == columns && values.OutputStride == columns && (!TKind.IsBackward || values.GStride == columns)
            && index.Edges >= EdgesPerSegment * (long)index.Nodes && index.Nodes * row <= MostSumBytes && index.Edges * row > FewestEdgeBytes;
    }

    /// <returns>Whether the output is written; if not, the values need to be shifted segment by segment.</returns>
    public static bool TryRun(EdgeIndex index, in SegmentValues<T> values, int threads)
    {
        var chunks = (int)Math.Clamp(index.Edges / (EdgesPerSegment * (long)index.Nodes), 1, MostChunks);
        var size = index.Nodes * values.Columns;
        var blocks = Divide(index.Nodes, ElementsPerBlock);
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(chunks * size) + Scratch.SizeOf<bool>(blocks));
        fixed (int* nodes = index.Index)
        fixed (long* offsets = index.Offsets)
        {
            var work = new SegmentSoftmaxByEdge<TKind, T>
            {
                _values = values,
                _index = nodes,
                _offsets = offsets,
                _edges = index.Edges,
                _nodes = index.Nodes,
                _chunks = chunks,
                _sums = scratch.Take<T>(chunks * size),
                _inRange = scratch.Take<bool>(blocks),
            };
            if (!TKind.IsBackward && !work.TryChooseExponent())
            {
                return false;
            }

            work.For(Step.Sums, chunks, threads);
            work.For(Step.MergeSums, blocks, threads);
            for (var block = 0; block < blocks; block++)
            {
                if (!work._inRange[block])
                {
                    return false;
                }
            }

            work.For(Step.Results, Divide(index.Edges * values.Columns, ElementsPerBlock), threads);
            return true;
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        switch (_values.Columns * sizeof(T))
        {
            case 16 when _values.Columns > 1:
                Run<TLanes, Lanes128<T>>(block);
                break;
            case 32:
                Run<TLanes, Lanes256<T>>(block);
                break;
            case 64:
                Run<TLanes, Lanes512<T>>(block);
                break;
            default:
                Run<TLanes, Scalar<T>>(block);
                break;
        }
    }

    private static int Divide(nint size, int part) => checked((int)((size + part - 1) / part));

    private void For(Step step, int blocks, int threads)
    {
        _step = step;
        LanesWork.For<SegmentSoftmaxByEdge<TKind, T>, T>(ref this, blocks, threads, nint.MaxValue);
    }

    private readonly void Run<TLanes, TRow>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TRow : unmanaged, ILanes<TRow, T>
    {
        switch (_step)
        {
            case Step.Sums when TKind.IsBackward:
                Products<TRow>(block);
                break;
            case Step.Sums:
                Sums<TLanes, TRow>(block);
                break;
            case Step.MergeSums:
                MergeSums<TRow>(block);
                break;
            default:
                Results<TRow>(block);
                break;
        }
    }

    private readonly (nint Begin, nint End) Chunk(int chunk) =>
        ((nint)((Int128)_edges * chunk / _chunks), (nint)((Int128)_edges * (chunk + 1) / _chunks));

    // About the largest of the first values, so that sums are about 1.
    private bool TryChooseExponent()
    {
        var maximum = T.NegativeInfinity;
        for (var i = 0; i < FirstValues; i++)
        {
            maximum = T.Max(maximum, _values.V[i]);
        }

        _exponent = T.Ceiling(maximum * T.CreateTruncating(AttentionExponential.BitsPerNat));
        return T.Abs(_exponent) <= T.CreateTruncating(Functions.LargestPowerOfTwo);
    }

    // The exponentials of a register, then one row of it after the other is added to its sum.
    private readonly void Sums<TLanes, TRow>(int chunk)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TRow : unmanaged, ILanes<TRow, T>
    {
        var sums = ClearSums<TRow>(chunk);
        var (edge, end) = Chunk(chunk);
        var index = _index;
        var v = _values.V;
        var output = _values.Output;
        for (; edge <= end - TLanes.Count / TRow.Count; edge += TLanes.Count / TRow.Count)
        {
            TLanes.Store(Exponential(TLanes.Load(v + edge * TRow.Count)), output + edge * TRow.Count);
            for (nint i = 0; i < TLanes.Count / TRow.Count; i++)
            {
                var sum = sums + (nint)index[edge + i] * TRow.Count;
                TRow.Store(TRow.Load(sum) + TRow.Load(output + (edge + i) * TRow.Count), sum);
            }
        }

        for (; edge < end; edge++)
        {
            var sum = sums + (nint)index[edge] * TRow.Count;
            var value = Exponential(TRow.Load(v + edge * TRow.Count));
            TRow.Store(value, output + edge * TRow.Count);
            TRow.Store(TRow.Load(sum) + value, sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TLanes Exponential<TLanes>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        Functions.ExpOverPowerOfTwo<TLanes, T>(value, TLanes.Broadcast(_exponent));

    private readonly T* ClearSums<TRow>(int chunk)
        where TRow : unmanaged, ILanes<TRow, T>
    {
        var sums = _sums + chunk * _nodes * TRow.Count;
        new Span<T>(sums, checked((int)(_nodes * TRow.Count))).Clear();
        return sums;
    }

    private readonly void Products<TRow>(int chunk)
        where TRow : unmanaged, ILanes<TRow, T>
    {
        var sums = ClearSums<TRow>(chunk);
        var (edge, end) = Chunk(chunk);
        var index = _index;
        var p = _values.V;
        var g = _values.G;
        for (; edge < end; edge++)
        {
            var sum = sums + (nint)index[edge] * TRow.Count;
            TRow.Store(TRow.FusedMultiplyAdd(TRow.Load(p + edge * TRow.Count), TRow.Load(g + edge * TRow.Count), TRow.Load(sum)), sum);
        }
    }

    private readonly void MergeSums<TRow>(int block)
        where TRow : unmanaged, ILanes<TRow, T>
    {
        var size = _nodes * TRow.Count;
        var inRange = TRow.Equal(TRow.Zero, TRow.Zero);
        var end = Math.Min(_nodes, (block + 1) * (nint)ElementsPerBlock);
        for (var node = block * (nint)ElementsPerBlock; node < end; node++)
        {
            var sums = _sums + node * TRow.Count;
            var sum = TRow.Load(sums);
            for (var chunk = 1; chunk < _chunks; chunk++)
            {
                sum += TRow.Load(sums + chunk * size);
            }

            if (!TKind.IsBackward && _offsets[node] < _offsets[node + 1])
            {
                inRange = TRow.And(inRange, TRow.And(TRow.GreaterThan(sum, TRow.Broadcast(SmallestSum)), TRow.LessThan(sum, TRow.Broadcast(LargestSum))));
                sum = TRow.Constant(1) / sum;
            }

            TRow.Store(sum, sums);
        }

        _inRange[block] = TRow.All(inRange);
    }

    private readonly void Results<TRow>(int block)
        where TRow : unmanaged, ILanes<TRow, T>
    {
        nint perBlock = ElementsPerBlock / TRow.Count;
        var end = Math.Min(_edges, (block + 1) * perBlock);
        var index = _index;
        var sums = _sums;
        var output = _values.Output;
        for (var edge = block * perBlock; edge < end; edge++)
        {
            var ofSegment = TRow.Load(sums + (nint)index[edge] * TRow.Count);
            var to = output + edge * TRow.Count;
            TRow.Store(TKind.IsBackward ? TRow.Load(_values.V + edge * TRow.Count) * (TRow.Load(_values.G + edge * TRow.Count) - ofSegment) : TRow.Load(to) * ofSegment, to);
        }
    }
}
