using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>
/// Checks a list of node numbers and groups its edges by node: a stable counting sort, in parallel, with the same result for any number of threads.
/// </summary>
/// <remarks>
/// Chunks of edges count their nodes; the counts of all tell every chunk where its edges go, and it puts them there. With many nodes that would write to
/// more places than the caches hold, so the chunks deal their edges to buckets of neighbouring nodes first, and then every bucket is sorted by itself, with
/// no memory besides the result and a copy of one bucket. Chunks and buckets depend on the sizes alone. A list that is grouped already is recognised by the
/// check and only gets its offsets.
/// </remarks>
internal unsafe struct EdgeSort
{
    // Positions for so many nodes stay in the second-level cache.
    private const int MostNodesAtOnce = 1 << 16;
    private const int ChunkEdges = 1 << 16;
    private const int MostChunks = 64;
    private const int BucketEdges = 1 << 14;
    private const int MostBuckets = 1 << 10;

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

    // [chunks, buckets]: edges of a chunk in a bucket, then where they go.
    private int* _positions;

    // [E]: node of every dealt edge, in the memory for the other ends where there is such.
    private int* _dealtNodes;

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
            sort.Cut();
            var memory = NativeMemory.Alloc((nuint)sort._chunks, (nuint)((sort._buckets + 2) * sizeof(int)));
            try
            {
                sort._bad = (int*)memory;
                sort._positions = sort._bad + sort._chunks;
                sort._ascending = (bool*)(sort._positions + (nint)sort._chunks * sort._buckets);
                return sort.Run(threads, out isSorted);
            }
            finally
            {
                if (sort._dealtNodes != pOtherByNode)
                {
                    NativeMemory.Free(sort._dealtNodes);
                }

                NativeMemory.Free(memory);
            }
        }
    }

    private void Cut()
    {
        if (_nodes <= MostNodesAtOnce && _nodes <= _edges)
        {
            // The counts of a chunk must not be more work than its edges.
            _buckets = _nodes;
            _chunkEdges = Math.Max(ChunkEdges, 4 * _nodes);
        }
        else
        {
            var wanted = Math.Clamp(_edges / BucketEdges, 1, MostBuckets);
            for (_shift = 1; Divide(_nodes, 1 << _shift) > wanted;)
            {
                _shift++;
            }

            _buckets = Divide(_nodes, 1 << _shift);
            _chunkEdges = ChunkEdges;
        }

        _chunkEdges = Math.Max(_chunkEdges, Divide(_edges, MostChunks));
        _chunks = Divide(_edges, _chunkEdges);
    }

    private int Run(int threads, out bool isSorted)
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
            if (_shift > 0)
            {
                _dealtNodes = _otherByNode is null ? (int*)NativeMemory.Alloc((nuint)_edges, sizeof(int)) : _otherByNode;
            }

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
        new Span<int>(counts, _buckets).Clear();
        var ascending = true;
        var previous = chunk == 0 ? 0 : _from[begin - 1];
        _bad[chunk] = -1;
        for (var edge = begin; edge < end; edge++)
        {
            var node = _from[edge];
            _index[edge] = node;
            if ((uint)node >= (uint)_nodes)
            {
                _bad[chunk] = (int)edge;
                return;
            }

            ascending &= node >= previous;
            previous = node;
            counts[node >> _shift]++;
        }

        _ascending[chunk] = ascending;
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

    // From the counts to the first positions: bucket by bucket, in each the chunks in their order, which keeps the sort stable.
    private readonly void Position()
    {
        var position = 0;
        for (var bucket = 0; bucket < _buckets; bucket++)
        {
            if (_shift == 0)
            {
                _offsets[bucket] = position;
            }

            for (var chunk = 0; chunk < _chunks; chunk++)
            {
                ref var entry = ref _positions[(nint)chunk * _buckets + bucket];
                (entry, position) = (position, position + entry);
            }
        }
    }

    private readonly void Deal(int chunk)
    {
        var (begin, end) = Chunk(chunk);
        var next = _positions + (nint)chunk * _buckets;
        var order = _order;
        if (_shift > 0)
        {
            var nodes = _dealtNodes;
            for (var edge = begin; edge < end; edge++)
            {
                var node = _index[edge];
                var to = next[node >> _shift]++;
                order[to] = (int)edge;
                nodes[to] = node;
            }
        }
        else if (_otherByNode is null)
        {
            for (var edge = begin; edge < end; edge++)
            {
                order[next[_index[edge]]++] = (int)edge;
            }
        }
        else
        {
            var others = _otherByNode;
            for (var edge = begin; edge < end; edge++)
            {
                var to = next[_index[edge]]++;
                order[to] = (int)edge;
                others[to] = _other[edge];
            }
        }
    }

    private readonly void Group(int bucket)
    {
        // After the edges were dealt, the last chunk's position in a bucket is the bucket's end.
        var ends = _positions + (nint)(_chunks - 1) * _buckets;
        var begin = bucket == 0 ? 0 : ends[bucket - 1];
        var count = ends[bucket] - begin;
        var firstNode = bucket << _shift;
        var nodes = (int)Math.Min(_nodes - firstNode, 1L << _shift);
        var next = (int*)NativeMemory.Alloc((nuint)nodes + 2 * (nuint)count, sizeof(int));
        var dealtNodes = next + nodes;
        var dealtEdges = dealtNodes + count;
        new Span<int>(next, nodes).Clear();
        for (nint i = 0; i < count; i++)
        {
            var node = _dealtNodes[begin + i] - firstNode;
            dealtNodes[i] = node;
            dealtEdges[i] = _order[begin + i];
            next[node]++;
        }

        var position = begin;
        for (var node = 0; node < nodes; node++)
        {
            _offsets[firstNode + node] = position;
            (next[node], position) = (position, position + next[node]);
        }

        for (nint i = 0; i < count; i++)
        {
            var to = next[dealtNodes[i]]++;
            var edge = dealtEdges[i];
            _order[to] = edge;
            if (_otherByNode is not null)
            {
                _otherByNode[to] = _other[edge];
            }
        }

        NativeMemory.Free(next);
    }

    private static int Divide(int size, int part) => (int)((size + (long)part - 1) / part);

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
