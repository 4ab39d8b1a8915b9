using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// Softmax over segments in the order of the edges, where that is not the order of the segments: the edge values are read and written as they lie in memory,
/// which is several times faster than picking them segment by segment, and it is the sums of the segments that are picked, mostly from the caches.
/// </summary>
/// <remarks>
/// No maximum is subtracted: one power of two serves for all segments, and <c>eᵛ 2⁻ᵏ</c> is no less precise for it. Where the sum of a segment comes near to
/// overflow or underflow (some dozens away from the first values in float, some hundreds in double; all of its values -∞, or one NaN), the call is left to the
/// order of the segments.
/// The edges are cut into chunks, by the shapes alone; each has sums of its own, which are merged in the order of the chunks. For segments of so few edges
/// that they may be added up plainly, and for rows that fill registers of some width, or are one number.
/// </remarks>
internal unsafe struct SegmentSoftmaxByEdge<TKind, T> : ILanesWork<T>
    where TKind : struct, ISegmentSoftmaxKind
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Sums of a chunk that stay in the third-level cache.
    private const long MostSumBytes = 4L << 20;

    // A chunk has so many times more edges than there are segments: merging is a small part of the work then.
    private const int EdgesPerSegment = 8;
    private const int MostChunks = 16;

    // They tell where the values lie.
    private const int FirstValues = 1024;

    // More than these hold the first values in any precision; fewer are less work than the steps and the sums.
    private const long FewestEdgeBytes = FirstValues * sizeof(double);

    private const int ElementsPerBlock = 1 << 15;

    // The sums of so many edges are on their way into the first cache.
    private const int EdgesAhead = 16;

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

    /// <summary>Whether the sums stay in the caches and there are edge values enough.</summary>
    public static bool Suits(EdgeIndex index, in SegmentValues<T> values)
    {
        var columns = values.Columns;
        var row = columns * sizeof(T);
        return !TKind.IsLogSumExp && !index.IsSorted && index.LongestRow <= EdgeBlocks.PlainEdges && (LaneRows.Fit<T>(columns) || columns % NarrowRowLoop.Widest<T>() == 0)
            && values.VStride == columns && values.OutputStride == columns && (!TKind.IsBackward || values.GStride == columns)
            && index.Edges >= EdgesPerSegment * (long)index.Nodes && index.Nodes * row <= MostSumBytes && index.Edges * row > FewestEdgeBytes;
    }

    /// <returns>Whether the output is written; if not, the values need to be shifted segment by segment.</returns>
    public static bool TryRun(EdgeIndex index, in SegmentValues<T> values, int threads)
    {
        var chunks = (int)Math.Clamp(index.Edges / (EdgesPerSegment * (long)index.Nodes), 1, MostChunks);
        var size = index.Nodes * values.Columns;
        var blocks = Divide(index.Nodes, RowsPerBlockOf(values.Columns));
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

            work.For(Step.Results, Divide(index.Edges, RowsPerBlockOf(values.Columns)), threads);
            return true;
        }
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (_step == Step.MergeSums)
        {
            MergeSums<TLanes>(block);
        }
        else if (_values.Columns % TLanes.Count == 0)
        {
            RunWide<TLanes>(block);
        }
        else if (_values.Columns == 1)
        {
            RunNarrow<TLanes, Scalar<T>>(block);
        }
        else if (_values.Columns * sizeof(T) == 16)
        {
            RunNarrow<TLanes, Lanes128<T>>(block);
        }
        else
        {
            RunNarrow<TLanes, Lanes256<T>>(block);
        }
    }

    // Of edges and of segments.
    private static nint RowsPerBlockOf(nint columns) => Math.Max(1, ElementsPerBlock / columns);

    private static int Divide(nint size, nint part) => checked((int)((size + part - 1) / part));

    private void For(Step step, int blocks, int threads)
    {
        _step = step;
        LanesWork.For<SegmentSoftmaxByEdge<TKind, T>, T>(ref this, blocks, threads, nint.MaxValue);
    }

    private readonly void RunNarrow<TLanes, TRow>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TRow : unmanaged, ILanes<TRow, T>
    {
        if (_step == Step.Sums)
        {
            NarrowSums<TLanes, TRow>(block);
        }
        else
        {
            NarrowResults<TLanes, TRow>(block);
        }
    }

    private readonly void RunWide<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (_step == Step.Results)
        {
            Results<TLanes>(block);
        }
        else if (TKind.IsBackward)
        {
            Products<TLanes>(block);
        }
        else
        {
            Sums<TLanes>(block);
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

    // Rows narrower than a register: a register of terms is taken apart, and one row after the other is added to its sum.
    private readonly void NarrowSums<TLanes, TRow>(int chunk)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TRow : unmanaged, ILanes<TRow, T>
    {
        var sums = ClearSums(chunk);
        var (edge, end) = Chunk(chunk);
        var index = _index;
        var v = _values.V;
        var g = _values.G;
        var exponents = TLanes.Broadcast(_exponent);
        var (low, high) = Functions.ExpBounds<TLanes, T>(exponents);
        nint edges = TLanes.Count / TRow.Count;
        for (; edge <= end - edges; edge += edges)
        {
            LaneRows.Add<TLanes, TRow, T>(Terms(TLanes.Load(v + edge * TRow.Count), TKind.IsBackward ? TLanes.Load(g + edge * TRow.Count) : default, exponents, low, high), sums, index + edge);
        }

        if (edge < end)
        {
            var count = (int)(end - edge) * TRow.Count;
            var terms = Terms(TLanes.LoadPartial(v + edge * TRow.Count, count), TKind.IsBackward ? TLanes.LoadPartial(g + edge * TRow.Count, count) : default, exponents, low, high);
            for (var term = (T*)&terms; edge < end; edge++, term += TRow.Count)
            {
                LaneRows.Add<TRow, TRow, T>(TRow.Load(term), sums, index + edge);
            }
        }
    }

    // What is added up: the exponentials (backward: the products).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Terms<TLanes>(TLanes v, TLanes g, TLanes exponents, TLanes low, TLanes high)
        where TLanes : unmanaged, ILanes<TLanes, T> => TKind.IsBackward ? v * g : Functions.ExpOverPowerOfTwo<TLanes, T>(v, exponents, low, high);

    private readonly void Sums<TLanes>(int chunk)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var sums = ClearSums(chunk);
        var (edge, end) = Chunk(chunk);
        var index = _index;
        var last = _edges - 1;
        var v = _values.V;
        var output = _values.Output;
        var columns = _values.Columns;
        var exponents = TLanes.Broadcast(_exponent);
        var (low, high) = Functions.ExpBounds<TLanes, T>(exponents);
        for (; edge < end; edge++)
        {
            var ahead = Ahead(sums, index, edge, last, columns);
            var row = edge * columns;
            var sum = sums + index[edge] * columns;
            for (nint column = 0; column < columns; column += TLanes.Count)
            {
                EdgeRows.Prefetch(ahead + column, 1);
                var value = Functions.ExpOverPowerOfTwo<TLanes, T>(TLanes.Load(v + row + column), exponents, low, high);
                TLanes.Store(value, output + row + column);
                TLanes.Store(TLanes.Load(sum + column) + value, sum + column);
            }
        }
    }

    // The sums of a later edge, which the processor does not look far enough ahead to ask for; those of narrow rows are near.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* Ahead(T* sums, int* index, nint edge, nint last, nint columns) => sums + index[Math.Min(edge + EdgesAhead, last)] * columns;

    private readonly T* ClearSums(int chunk)
    {
        var size = _nodes * _values.Columns;
        var sums = _sums + chunk * size;
        new Span<T>(sums, checked((int)size)).Clear();
        return sums;
    }

    private readonly void Products<TLanes>(int chunk)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var sums = ClearSums(chunk);
        var (edge, end) = Chunk(chunk);
        var index = _index;
        var last = _edges - 1;
        var p = _values.V;
        var g = _values.G;
        var columns = _values.Columns;
        for (; edge < end; edge++)
        {
            var ahead = Ahead(sums, index, edge, last, columns);
            var row = edge * columns;
            var sum = sums + index[edge] * columns;
            for (nint column = 0; column < columns; column += TLanes.Count)
            {
                EdgeRows.Prefetch(ahead + column, 1);
                TLanes.Store(TLanes.FusedMultiplyAdd(TLanes.Load(p + row + column), TLanes.Load(g + row + column), TLanes.Load(sum + column)), sum + column);
            }
        }
    }

    // The sums of a block of segments, whatever their columns.
    private readonly void MergeSums<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var columns = _values.Columns;
        var size = _nodes * columns;
        var nodes = RowsPerBlockOf(columns);
        var end = Math.Min(_nodes, (block + 1) * nodes) * columns;
        var inRange = true;
        for (var element = block * nodes * columns; element < end; element += TLanes.Count)
        {
            var count = (int)Math.Min(TLanes.Count, end - element);
            var sums = _sums + element;
            var sum = EdgeRows.Load<TLanes, T>(sums, count);
            for (var chunk = 1; chunk < _chunks; chunk++)
            {
                sum += EdgeRows.Load<TLanes, T>(sums + chunk * size, count);
            }

            if (!TKind.IsBackward)
            {
                inRange &= TLanes.All(TLanes.And(TLanes.GreaterThan(sum, TLanes.Broadcast(SmallestSum)), TLanes.LessThan(sum, TLanes.Broadcast(LargestSum))))
                    || AreInRange(sum, element, count);
                sum = TLanes.Constant(1) / sum;
            }

            EdgeRows.Store(sum, sums, count);
        }

        _inRange[block] = inRange;
    }

    // One by one: segments without edges have a sum of 0, which nobody asks for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool AreInRange<TLanes>(TLanes sums, nint element, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        for (var lane = 0; lane < count; lane++)
        {
            var sum = ((T*)&sums)[lane];
            var node = (element + lane) / _values.Columns;
            if (!(sum > SmallestSum && sum < LargestSum) && _offsets[node] < _offsets[node + 1])
            {
                return false;
            }
        }

        return true;
    }

    // From the last edges on, whose values the sums have left in the third-level cache.
    private readonly (nint Begin, nint End) ResultEdges(int block)
    {
        var edges = RowsPerBlockOf(_values.Columns);
        var end = _edges - block * edges;
        return (Math.Max(0, end - edges), end);
    }

    // Narrow rows: the exponentials are computed once more, which takes less time than to write and read them.
    private readonly void NarrowResults<TLanes, TRow>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TRow : unmanaged, ILanes<TRow, T>
    {
        var (edge, end) = ResultEdges(block);
        var index = _index;
        var sums = _sums;
        var v = _values.V;
        var g = _values.G;
        var output = _values.Output;
        var exponents = TLanes.Broadcast(_exponent);
        var (low, high) = Functions.ExpBounds<TLanes, T>(exponents);
        nint edges = TLanes.Count / TRow.Count;
        for (; edge <= end - edges; edge += edges)
        {
            var ofSegments = LaneRows.Load<TLanes, TRow, T>(sums, index + edge);
            TLanes.Store(Results(TLanes.Load(v + edge * TRow.Count), TKind.IsBackward ? TLanes.Load(g + edge * TRow.Count) : default, exponents, low, high, ofSegments), output + edge * TRow.Count);
        }

        if (edge < end)
        {
            var first = edge * TRow.Count;
            var count = (int)(end - edge) * TRow.Count;
            TLanes ofSegments = default;
            for (var ofSegment = (T*)&ofSegments; edge < end; edge++, ofSegment += TRow.Count)
            {
                TRow.Store(LaneRows.Load<TRow, TRow, T>(sums, index + edge), ofSegment);
            }

            TLanes.StorePartial(Results(TLanes.LoadPartial(v + first, count), TKind.IsBackward ? TLanes.LoadPartial(g + first, count) : default, exponents, low, high, ofSegments), output + first, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Results<TLanes>(TLanes v, TLanes g, TLanes exponents, TLanes low, TLanes high, TLanes ofSegments)
        where TLanes : unmanaged, ILanes<TLanes, T> => TKind.IsBackward ? v * (g - ofSegments) : Functions.ExpOverPowerOfTwo<TLanes, T>(v, exponents, low, high) * ofSegments;

    private readonly void Results<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var (edge, end) = ResultEdges(block);
        var index = _index;
        var last = _edges - 1;
        var sums = _sums;
        var v = _values.V;
        var g = _values.G;
        var output = _values.Output;
        var columns = _values.Columns;
        for (; edge < end; edge++)
        {
            var ahead = Ahead(sums, index, edge, last, columns);
            var ofSegment = sums + index[edge] * columns;
            for (nint column = 0; column < columns; column += TLanes.Count)
            {
                EdgeRows.Prefetch(ahead + column, 1);
                var element = edge * columns + column;
                TLanes.Store(TKind.IsBackward ? TLanes.Load(v + element) * (TLanes.Load(g + element) - TLanes.Load(ofSegment + column)) : TLanes.Load(output + element) * TLanes.Load(ofSegment + column), output + element);
            }
        }
    }
}
