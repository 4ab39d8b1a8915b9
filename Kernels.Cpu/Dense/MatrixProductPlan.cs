namespace Native.Kernels.Cpu;

/// <summary>How one matrix product is cut and what is packed. How sums are cut depends on shapes, transpositions and strides, never on threads.</summary>
internal struct MatrixProductPlan
{
    // Rounding errors of sums grow with the length of the chain of additions: 256 in the micro-kernel, then at most this many
    // blocks into one C or buffer, then as many of those.
    private const int LongestChain = 64;

    /// <summary>
    /// Columns of a block of C at most. Its packed part of B, a MiB, is read from L3 as fast as the micro-kernel needs it; narrower blocks would read, and
    /// where rows lie pages apart copy, all of A more often.
    /// </summary>
    private const nint PackedColumns = 1024;

    /// <summary>Blocks of C for each of several threads: enough for even loads.</summary>
    private const int BlocksPerThread = 2;

    /// <summary>Packing an element of B once more takes this many times as long as reading one of A once more.</summary>
    private const int PackingCost = 3;

    private const nint PartialBytes = 8 << 20;

    /// <summary>
    /// Memory that a block of <c>k</c> of an operand spans, gaps included, up to which it is read where it lies: B's rows, which
    /// every tile reads again, as long as L2 keeps them beside A and gives them as fast as the micro-kernel needs them; A's
    /// columns as far as they stay in L2.
    /// </summary>
    private const nint RowsOfBInPlace = 256 << 10;
    private const nint ColumnsOfAInPlace = 512 << 10;

    /// <summary>Multiply-adds that are worth a second thread (ten microseconds of one).</summary>
    private const double ThreadWork = 1 << 20;

    private double _work;

    /// <summary>Rows of a tile, at most; evened out over the rows.</summary>
    public nint TileRows;

    /// <summary>Elements of <c>k</c> in a block.</summary>
    public nint DepthBlock;

    /// <summary>In how many ranges of rows and of columns C is cut. A block of C, the unit of work of a thread, is a range of each.</summary>
    public nint RowBlocks;
    public nint ColumnBlocks;

    /// <summary>Rows of a block that meet its columns at a time, so that their part of A stays in L2.</summary>
    public nint RowsAtOnce;

    /// <summary>A is copied block by block; copied rows are this much longer than the block, to fall into different cache sets.</summary>
    public bool PackA;
    public nint CopyPadding;

    /// <summary>Every block packs its own columns of B.</summary>
    public bool PackB;

    /// <summary>Each tile of rows meets all panels of B before the next, because those fit in L1.</summary>
    public bool RowsOutermost;

    /// <summary>Pieces in which a long sum into a small C is cut, and their length.</summary>
    public int DepthParts;
    public nint DepthPart;

    /// <summary>Blocks of C add up in a buffer, over this much of <c>k</c> at a time, before they are added to C, because <c>k</c> is very long.</summary>
    public bool Buffered;
    public nint GroupDepth;

    public readonly int Threads(int threads) => _work < ThreadWork ? 1 : threads;

    /// <summary>How many parts a length has, the last of which may be shorter.</summary>
    public static nint Parts(nint length, nint part) => (length + part - 1) / part;

    /// <summary>A range of many, of whole tiles and with as many as the others or one more; the last one, whose last tile may be smaller, has the more.</summary>
    public static (nint Start, nint Length) Range(nint length, nint tile, nint ranges, nint range)
    {
        var tiles = Parts(length, tile);
        var start = tiles * range / ranges * tile;
        return (start, Math.Min(length, tiles * (range + 1) / ranges * tile) - start);
    }

    /// <summary>The next multiple.</summary>
    public static nint RoundUp(nint value, nint multiple) => Parts(value, multiple) * multiple;

    public static MatrixProductPlan Create(
        MatrixProductBlocking blocking, nint tileColumns, int elementSize, nint rows, nint columns, nint depth, bool transposeA, bool transposeB, nint aStride, nint bStride,
        int threads)
    {
        var plan = new MatrixProductPlan
        {
            _work = (double)rows * columns * depth,
            TileRows = Even(rows, blocking.TileRows, 1),
            DepthBlock = Even(depth, blocking.Depth, 4),
            CopyPadding = 64 / elementSize,
            DepthParts = 1,
        };

        if (rows * columns <= 1 << 16 && depth >= 2048)
        {
            var most = Math.Clamp(PartialBytes / (rows * RoundUp(columns, tileColumns) * elementSize), 2, 256);
            plan.DepthBlock = blocking.Depth;
            plan.DepthPart = RoundUp(Math.Max(2 * blocking.Depth, Parts(depth, most)), blocking.Depth);
            plan.DepthParts = (int)Parts(depth, plan.DepthPart);
            plan.PackB = transposeB;
            plan.RowBlocks = 1;
            plan.RowsAtOnce = rows;
            plan.ColumnBlocks = 1;
            return plan;
        }

        plan.PackB = transposeB || (rows > 4 * blocking.TileRows && plan.DepthBlock * bStride * elementSize > RowsOfBInPlace);
        plan.Buffered = depth > LongestChain * plan.DepthBlock;
        plan.GroupDepth = LongestChain * plan.DepthBlock;
        plan.CutBlocks(tileColumns, rows, columns, plan.Threads(threads));
        plan.RowsAtOnce = Math.Max(1, blocking.Rows / plan.TileRows) * plan.TileRows;

        var blockRows = Parts(Parts(rows, plan.TileRows), plan.RowBlocks) * plan.TileRows;
        var blockColumns = Parts(Parts(columns, tileColumns), plan.ColumnBlocks) * tileColumns;
        var panelBytes = Math.Min(blockColumns, columns) * plan.DepthBlock * elementSize;
        plan.RowsOutermost = panelBytes <= 32 << 10;

        // Rows of A are copied only when they lie a whole number of pages apart, in the same few cache sets.
        plan.PackA = transposeA
            ? blockColumns > tileColumns && blockRows > blocking.TileRows && plan.DepthBlock * aStride * elementSize > ColumnsOfAInPlace
            : blockColumns >= 4 * tileColumns && aStride * elementSize % 4096 == 0;
        return plan;
    }

    /// <summary>
    /// Cuts C into blocks: for one thread no more than packing asks for. For several, every further range of columns reads A
    /// again, and every further range of rows packs B again: the cheapest pair of numbers that makes enough blocks.
    /// </summary>
    private void CutBlocks(nint tileColumns, nint rows, nint columns, int threads)
    {
        var wanted = threads <= 1 ? 1 : (nint)BlocksPerThread * threads;
        var rowTiles = Parts(rows, TileRows);
        var columnTiles = Parts(columns, tileColumns);
        var fewest = PackB ? Parts(columns, PackedColumns) : 1;
        var best = double.PositiveInfinity;
        for (var columnBlocks = fewest; columnBlocks <= Math.Max(fewest, Math.Min(wanted, columnTiles)); columnBlocks++)
        {
            var rowBlocks = Math.Min(Parts(wanted, columnBlocks), rowTiles);
            var cost = ((double)rows * columnBlocks) + (PackingCost * (double)columns * rowBlocks);
            if (cost < best)
            {
                // Too few blocks are taken only as long as there is nothing better.
                best = columnBlocks * rowBlocks < wanted ? double.PositiveInfinity : cost;
                ColumnBlocks = columnBlocks;
                RowBlocks = rowBlocks;
            }
        }
    }

    /// <summary>The even share, at most <paramref name="largest"/>, of a length, rounded up to a multiple.</summary>
    public static nint Even(nint length, nint largest, nint multiple)
    {
        return Math.Min(largest, RoundUp(Parts(length, Parts(length, largest)), multiple));
    }
}
