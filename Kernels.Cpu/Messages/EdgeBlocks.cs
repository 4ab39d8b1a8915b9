using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// Cuts the rows of an <see cref="EdgeIndex"/> into blocks of about equal cost (edges and rows), by the graph alone and never by the number of threads.
/// </summary>
/// <remarks>
/// A block is a range of whole rows found by binary search in the offsets. Rows of more than <see cref="PieceEdges"/> edges belong to no block: they are
/// cut into pieces of that length, numbered after the blocks, whose results are combined in the order of the pieces.
/// </remarks>
internal readonly unsafe struct EdgeBlocks
{
    /// <summary>Most edges of a row that one thread reduces in one go.</summary>
    public const int PieceEdges = 4096;

    /// <summary>Edges that are added up plainly before their sum joins a longer one.</summary>
    public const int PlainEdges = 256;

    private readonly long* _offsets;
    private readonly int _rows;
    private readonly long _cost;
    private readonly long* _pieces;

    /// <param name="offsets">Pinned offsets of the index.</param>
    /// <param name="index">The index.</param>
    /// <param name="pieces">Room for <see cref="CountPieces"/> pairs of a row and its first position.</param>
    /// <param name="pieceCount">What <see cref="CountPieces"/> gave.</param>
    /// <param name="cost">Wanted edges and rows of a block.</param>
    public EdgeBlocks(long* offsets, EdgeIndex index, long* pieces, int pieceCount, long cost)
    {
        _offsets = offsets;
        _rows = index.Nodes;
        _cost = cost;
        _pieces = pieces;
        Pieces = pieceCount;
        Blocks = checked((int)((index.Edges + (long)index.Nodes + cost - 1) / cost));
        if (pieceCount > 0)
        {
            var piece = 0;
            for (var row = 0; row < _rows; row++)
            {
                if (IsLong(row))
                {
                    for (var position = offsets[row]; position < offsets[row + 1]; position += PieceEdges)
                    {
                        pieces[2 * piece] = row;
                        pieces[2 * piece + 1] = position;
                        piece++;
                    }
                }
            }
        }
    }

    /// <summary>Number of blocks of whole rows.</summary>
    public int Blocks { get; }

    /// <summary>Number of pieces of long rows.</summary>
    public int Pieces { get; }

    /// <summary>Row offsets, <c>[N + 1]</c>.</summary>
    public long* Offsets => _offsets;

    /// <summary>Blocks and pieces: <see cref="Runs"/> takes a number below this.</summary>
    public int Count => Blocks + Pieces;

    /// <summary>The cost that gives a block enough work to be worth handing to a thread: some 2¹⁶ elements.</summary>
    public static long CostFor(nint features) => Math.Max(128, 65536 / Math.Max(1, features));

    /// <summary>Number of pieces of the long rows of an index.</summary>
    public static int CountPieces(EdgeIndex index)
    {
        if (index.LongestRow <= PieceEdges)
        {
            return 0;
        }

        var offsets = index.Offsets;
        long pieces = 0;
        for (var row = 0; row < index.Nodes; row++)
        {
            var length = offsets[row + 1] - offsets[row];
            if (length > PieceEdges)
            {
                pieces += (length + PieceEdges - 1) / PieceEdges;
            }
        }

        return checked((int)pieces);
    }

    /// <summary>The row that a position belongs to, found by binary search; any row for a position after the last.</summary>
    public static int RowOf(long* offsets, int rows, long position)
    {
        var low = 0;
        var high = rows - 1;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (offsets[middle + 1] <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Whether a row is cut into pieces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsLong(int row) => _offsets[row + 1] - _offsets[row] > PieceEdges;

    /// <summary>First position of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Begin(int row) => _offsets[row];

    /// <summary>Position after the last of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long End(int row) => _offsets[row + 1];

    /// <summary>Row of a piece.</summary>
    public int PieceRow(int piece) => (int)_pieces[2 * piece];

    /// <summary>The stretches of neighbouring rows and positions that make up a block or a piece.</summary>
    public Enumerator Runs(int block) => new(this, block);

    private int FirstRow(int block)
    {
        // The smallest row with offsets[row] + row ≥ block · cost.
        var target = block * _cost;
        var low = 0;
        var high = _rows;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (_offsets[middle] + middle < target)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Neighbouring rows <c>[FirstRow, EndRow)</c> and their positions <c>[FirstPosition, EndPosition)</c>; of a piece, one row and part of its positions.</summary>
    internal struct Enumerator
    {
        private readonly EdgeBlocks _blocks;
        private readonly int _end;
        private int _next;

        public Enumerator(in EdgeBlocks blocks, int block)
        {
            _blocks = blocks;
            if (block < blocks.Blocks)
            {
                Piece = -1;
                _next = blocks.FirstRow(block);
                _end = block + 1 == blocks.Blocks ? blocks._rows : blocks.FirstRow(block + 1);
            }
            else
            {
                Piece = block - blocks.Blocks;
                _next = blocks.PieceRow(Piece);
                _end = _next + 1;
            }
        }

        /// <summary>Number of the piece, or -1.</summary>
        public int Piece { get; }

        public int FirstRow { get; private set; }

        public int EndRow { get; private set; }

        public long FirstPosition { get; private set; }

        public long EndPosition { get; private set; }

        public bool MoveNext()
        {
            if (Piece >= 0)
            {
                if (_next == _end)
                {
                    return false;
                }

                FirstRow = _next;
                EndRow = _next = _end;
                FirstPosition = _blocks._pieces[2 * Piece + 1];
                EndPosition = Math.Min(FirstPosition + PieceEdges, _blocks.End(FirstRow));
                return true;
            }

            while (_next < _end && _blocks.IsLong(_next))
            {
                _next++;
            }

            if (_next >= _end)
            {
                return false;
            }

            FirstRow = _next;
            while (_next < _end && !_blocks.IsLong(_next))
            {
                _next++;
            }

            EndRow = _next;
            FirstPosition = _blocks.Begin(FirstRow);
            EndPosition = _blocks.Begin(EndRow);
            return true;
        }
    }
}
