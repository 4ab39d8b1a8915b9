using System.Numerics;
using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>
/// Checks a list of node numbers and groups its edges by node: a stable counting sort, in parallel, with the same result for any number of threads.
/// </summary>
/// <remarks>
/// Chunks of edges count their nodes; the counts of all tell every chunk where its edges go, and it puts them there. With many nodes that would write to
/// more places than the caches hold, so the chunks deal their edges to buckets of neighbouring nodes first, and then every bucket is sorted by itself. A
/// dealt edge is one number, its place in its chunk and its node's place in the bucket, so that there is no memory besides the result and a copy of one
/// bucket. A list that is grouped already is recognised by the check and only gets its offsets.
/// </remarks>
internal unsafe struct EdgeSort
{
    // The rows of so many nodes can be written side by side: their ends stay in the caches.
    private const int MostNodesAtOnce = 1 << 15;
    private const int BucketEdges = 1 << 13;
    private const int MostBuckets = 1 << 11;

    // A shorter chunk is not worth handing to a thread; a longer one than 2^20 edges leaves no bits for the nodes of a bucket.
    private const int FewestChunkEdges = 1 << 16;
    private const int MostChunkEdges = 1 << 20;

    // Edges that are checked and copied before they are counted, which stay in the first-level cache.
    private const int CheckedEdges = 1 << 11;

    private int* _from;
    private int* _index;
    private int* _other;
    private int _edges;
    private int _nodes;
    private long* _offsets;
    private int* _order;
    private int* _otherByNode;
    private int _chunkEdges;
    private int _chunks;

    // A bucket is 2^shift nodes; 0 when every node is a bucket of its own and there is nothing left to sort in it.
    private int _shift;
    private int _buckets;

    // [chunks]: the first bad edge or -1; whether the chunk, and the step into it, is ascending.
    private int* _bad;
    private bool* _ascending;

    // [buckets]: where the edges of a bucket begin.
    private int* _starts;

    // [chunks, buckets]: edges of a chunk in a bucket; then where they go, and when they went there, where the next chunk's begin.
    private int* _positions;

    private enum Step
    {
        Check,
        Offsets,
        Deal,
        Group,
    }

    /// <summary>Groups the edges.</summary>
    /// <param name="from">Node of every edge, <c>[E]</c>.</param>
    /// <param name="index">Receives a copy of it, <c>[E]</c>; may be the same memory.</param>
    /// <param name="nodes">Number of nodes.</param>
    /// <param name="other">What is to be brought into the order of the rows beside the edge numbers, <c>[E]</c> or empty.</param>
    /// <param name="offsets">Receives the offsets of the rows, <c>[N + 1]</c>.</param>
    /// <param name="order">Receives the edge numbers, grouped, <c>[E]</c>.</param>
    /// <param name="otherByNode">Receives <paramref name="other"/>, grouped, <c>[E]</c> or empty.</param>
    /// <param name="threads">Threads to use at most.</param>
    /// <param name="isSorted">Whether the list was grouped already.</param>
    /// <returns>The first edge whose node is out of range; nothing but <paramref name="index"/> was written then. Otherwise -1.</returns>
    public static int Run(ReadOnlySpan<int> from, Span<int> index, int nodes, ReadOnlySpan<int> other, Span<long> offsets, Span<int> order, Span<int> otherByNode, int threads, out bool isSorted)
    {
        isSorted = true;
        if (from.IsEmpty)
        {
            offsets.Clear();
            return -1;
        }

        fixed (int* pFrom = from, pIndex = index, pOther = other, pOrder = order, pOtherByNode = otherByNode)
        fixed (long* pOffsets = offsets)
        {
            var sort = new EdgeSort
            {
                _from = pFrom,
                _index = pIndex,
                _other = pOther,
                _edges = from.Length,
                _nodes = nodes,
                _offsets = pOffsets,
                _order = pOrder,
                _otherByNode = pOtherByNode,
            };
            sort.Cut(Math.Max(1, threads));
            var memory = NativeMemory.Alloc((nuint)sort._buckets * ((nuint)sort._chunks + 1) + 2 * (nuint)sort._chunks, sizeof(int));
            try
            {
                sort._starts = (int*)memory;
                sort._positions = sort._starts + sort._buckets;
                sort._bad = sort._positions + (nint)sort._chunks * sort._buckets;
                sort._ascending = (bool*)(sort._bad + sort._chunks);
                return sort.Run(threads, out isSorted);
            }
            finally
            {
                NativeMemory.Free(memory);
            }
        }
    }

    // The result is the same however the edges are cut.
    private void Cut(int threads)
    {
        var fewest = FewestChunkEdges;
        long most = int.MaxValue;
        if (_nodes <= MostNodesAtOnce && _nodes <= _edges)
        {
            // The counts of a chunk must not be more work than its edges.
            _buckets = _nodes;
            fewest = Math.Max(fewest, 4 * _nodes);
        }
        else
        {
            var wanted = Math.Clamp(_edges / BucketEdges, 1, MostBuckets);
            for (_shift = 1; Divide(_nodes, 1L << _shift) > wanted;)
            {
                _shift++;
            }

            _buckets = Divide(_nodes, 1L << _shift);
            most = Math.Min(MostChunkEdges, (1L << 32) >> _shift);
        }

        _chunkEdges = (int)Math.Min(most, Math.Max(fewest, Divide(_edges, threads)));
        _chunks = Divide(_edges, _chunkEdges);
    }

    private readonly int Run(int threads, out bool isSorted)
    {
        isSorted = true;
        For(Step.Check, _chunks, threads);
        for (var chunk = 0; chunk < _chunks; chunk++)
        {
            isSorted &= _ascending[chunk];
            if (_bad[chunk] >= 0)
            {
                return _bad[chunk];
            }
        }

        if (isSorted)
        {
            For(Step.Offsets, _chunks, threads);
        }
        else
        {
            Position();
            For(Step.Deal, _chunks, threads);
            For(Step.Group, _shift > 0 ? _buckets : 0, threads);
        }

        _offsets[_nodes] = _edges;
        return -1;
    }

    private readonly void For(Step step, int blocks, int threads)
    {
        var work = new Work { Sort = this, Step = step };
        Workers.For(ref work, blocks, threads);
    }

    private readonly (nint Begin, nint End) Chunk(int chunk)
    {
        var begin = (nint)chunk * _chunkEdges;
        return (begin, Math.Min(begin + _chunkEdges, _edges));
    }

    private readonly void Check(int chunk)
    {
        var (begin, end) = Chunk(chunk);
        var counts = _positions + (nint)chunk * _buckets;
        var shift = _shift;
        new Span<int>(counts, _buckets).Clear();
        var ascending = true;
        var previous = chunk == 0 ? 0 : _from[begin - 1];
        _bad[chunk] = -1;
        for (var edge = begin; edge < end;)
        {
            var count = (int)Math.Min(CheckedEdges, end - edge);
            var nodes = new ReadOnlySpan<int>(_from + edge, count);
            nodes.CopyTo(new Span<int>(_index + edge, count));
            if (!AreInRange(nodes))
            {
                _bad[chunk] = FirstBad(edge);
                return;
            }

            foreach (var node in nodes)
            {
                counts[node >> shift]++;
            }

            for (var i = 0; ascending && i < count; i++)
            {
                ascending = nodes[i] >= previous;
                previous = nodes[i];
            }

            edge += count;
        }

        _ascending[chunk] = ascending;
    }

    private readonly bool AreInRange(ReadOnlySpan<int> nodes)
    {
        var vectors = MemoryMarshal.Cast<int, Vector<uint>>(nodes);
        var largest = Vector<uint>.Zero;
        foreach (var vector in vectors)
        {
            largest = Vector.Max(largest, vector);
        }

        var inRange = Vector.LessThanAll(largest, new Vector<uint>((uint)_nodes));
        foreach (var node in nodes[(vectors.Length * Vector<uint>.Count)..])
        {
            inRange &= (uint)node < (uint)_nodes;
        }

        return inRange;
    }

    private readonly int FirstBad(nint edge)
    {
        while ((uint)_from[edge] < (uint)_nodes)
        {
            edge++;
        }

        return (int)edge;
    }

    // A row begins where the nodes reach or pass it, which happens in one chunk; those behind the last edge's belong to the last.
    private readonly void Offsets(int chunk)
    {
        var (begin, end) = Chunk(chunk);
        var row = begin == 0 ? -1 : _index[begin - 1];
        for (var edge = begin; edge < end; edge++)
        {
            _order[edge] = (int)edge;
            for (var node = _index[edge]; row < node;)
            {
                _offsets[++row] = edge;
            }
        }

        while (end == _edges && row + 1 < _nodes)
        {
            _offsets[++row] = _edges;
        }

        if (_otherByNode is not null)
        {
            new ReadOnlySpan<int>(_other + begin, (int)(end - begin)).CopyTo(new Span<int>(_otherByNode + begin, (int)(end - begin)));
        }
    }

    // From the counts to the first positions: of a chunk's edges in their bucket, the chunks in their order, which keeps the sort stable; and of the buckets.
    private readonly void Position()
    {
        var starts = _starts;
        new Span<int>(starts, _buckets).Clear();
        for (var chunk = 0; chunk < _chunks; chunk++)
        {
            var counts = _positions + (nint)chunk * _buckets;
            for (var bucket = 0; bucket < _buckets; bucket++)
            {
                var before = starts[bucket];
                starts[bucket] = before + counts[bucket];
                counts[bucket] = before;
            }
        }

        var position = 0;
        for (var bucket = 0; bucket < _buckets; bucket++)
        {
            var count = starts[bucket];
            starts[bucket] = position;
            if (_shift == 0)
            {
                _offsets[bucket] = position;
            }

            position += count;
        }
    }

    private readonly void Deal(int chunk)
    {
        var (begin, end) = Chunk(chunk);
        var index = _index;
        var other = _other;
        var order = _order;
        var otherByNode = _otherByNode;
        var shift = _shift;
        var next = _positions + (nint)chunk * _buckets;
        for (var bucket = 0; bucket < _buckets; bucket++)
        {
            next[bucket] += _starts[bucket];
        }

        if (shift > 0)
        {
            var place = (1u << shift) - 1;
            for (var edge = begin; edge < end; edge++)
            {
                var node = (uint)index[edge];
                nint to = next[node >> shift]++;
                order[to] = (int)(((uint)(edge - begin) << shift) | (node & place));
                if (otherByNode is not null)
                {
                    otherByNode[to] = other[edge];
                }
            }
        }
        else
        {
            for (var edge = begin; edge < end; edge++)
            {
                nint to = next[index[edge]]++;
                order[to] = (int)edge;
                if (otherByNode is not null)
                {
                    otherByNode[to] = other[edge];
                }
            }
        }
    }

    private readonly void Group(int bucket)
    {
        var begin = _starts[bucket];
        var count = (bucket + 1 < _buckets ? _starts[bucket + 1] : _edges) - begin;
        var firstNode = bucket << _shift;
        var nodes = (int)Math.Min(_nodes - firstNode, 1L << _shift);
        var shift = _shift;
        var place = (1u << shift) - 1;
        var order = _order;
        var otherByNode = _otherByNode;
        var next = (int*)NativeMemory.Alloc((nuint)nodes + 2 * (nuint)count, sizeof(int));
        var dealt = (uint*)next + nodes;
        var others = (int*)dealt + count;
        new Span<int>(next, nodes).Clear();
        for (nint i = 0; i < count; i++)
        {
            var edge = (uint)order[begin + i];
            dealt[i] = edge;
            next[edge & place]++;
        }

        if (otherByNode is not null)
        {
            new ReadOnlySpan<int>(otherByNode + begin, count).CopyTo(new Span<int>(others, count));
        }

        var position = begin;
        for (var node = 0; node < nodes; node++)
        {
            _offsets[firstNode + node] = position;
            (next[node], position) = (position, position + next[node]);
        }

        nint done = 0;
        for (var chunk = 0; chunk < _chunks; chunk++)
        {
            var firstEdge = chunk * _chunkEdges;
            nint end = _positions[(nint)chunk * _buckets + bucket] - begin;
            for (; done < end; done++)
            {
                nint to = next[dealt[done] & place]++;
                order[to] = firstEdge + (int)(dealt[done] >> shift);
                if (otherByNode is not null)
                {
                    otherByNode[to] = others[done];
                }
            }
        }

        NativeMemory.Free(next);
    }

    private static int Divide(int size, long part) => (int)((size + part - 1) / part);

    private struct Work : IWork
    {
        public EdgeSort Sort;
        public Step Step;

        public readonly void Run(int block)
        {
            switch (Step)
            {
                case Step.Check:
                    Sort.Check(block);
                    break;
                case Step.Offsets:
                    Sort.Offsets(block);
                    break;
                case Step.Deal:
                    Sort.Deal(block);
                    break;
                default:
                    Sort.Group(block);
                    break;
            }
        }
    }
}
