namespace Native.Kernels.Cpu;

/// <summary>How one matrix product is cut and what is packed. Depends on shapes, transpositions and strides, never on threads.</summary>
internal struct MatrixProductPlan
{
    // Rounding errors of sums grow with the length of the chain of additions: 256 in the micro-kernel, then at most this many
    // blocks into one C or buffer, then as many of those.
    private const int LongestChain = 64;

    /// <summary>Packed B, at most; this bounds its columns.</summary>
    private const nint PackedBytes = 4 << 20;

    /// <summary>Packed B where its columns leave a choice: as written it is still in L2 when the blocks of C read it.</summary>
    private const nint PackedBytesInCache = 512 << 10;

    private const nint PartialBytes = 8 << 20;

    /// <summary>
    /// Memory that a block of <c>k</c> of an operand spans, gaps included, up to which it is read where it lies: B's rows, which
    /// every tile reads again, as far as they stay in L1 beside A; A's columns as far as they stay in L2.
    /// </summary>
    private const nint RowsOfBInPlace = 64 << 10;
    private const nint ColumnsOfAInPlace = 512 << 10;

    /// <summary>Multiply-adds that are worth a second thread (some microseconds of one).</summary>
    private const double ThreadWork = 1 << 17;

    /// <summary>Multiply-adds of a block of C are brought down to this where the shape allows, for even loads.</summary>
    private const double BlockWork = 3 << 20;

    /// <summary>More blocks of C than this are not made for the sake of even loads.</summary>
    private const double MostBlocks = 64;

    private double _work;

    /// <summary>Rows of a tile, at most; evened out over the rows.</summary>
    public nint TileRows;

    /// <summary>Elements of <c>k</c> in a block.</summary>
    public nint DepthBlock;

    /// <summary>Rows and columns of a block of C, the unit of work of a thread.</summary>
    public nint RowBlock;
    public nint ColumnBlock;

    /// <summary>A is copied block by block; copied rows are this much longer than the block, to fall into different cache sets.</summary>
    public bool PackA;
    public nint CopyPadding;

    /// <summary>B is packed ahead of the blocks and shared, this much of it at a time.</summary>
    public bool PackB;
    public nint GroupColumns;
    public nint GroupDepth;

    /// <summary>Every block packs its own range of B.</summary>
    public bool PackBlockB;

    /// <summary>Each tile of rows meets all panels of B before the next, because those fit in L1.</summary>
    public bool RowsOutermost;

    /// <summary>Pieces in which a long sum into a small C is cut, and their length.</summary>
    public int DepthParts;
    public nint DepthPart;

    /// <summary>Blocks of C add up in a buffer before they are added to C, because <c>k</c> is very long.</summary>
    public bool Buffered;

    public readonly int Threads(int threads) => _work < ThreadWork ? 1 : threads;

    public static MatrixProductPlan Create(
        MatrixProductBlocking blocking, nint tileColumns, int elementSize, nint rows, nint columns, nint depth, bool transposeA, bool transposeB, nint aStride, nint bStride)
    {
        var plan = new MatrixProductPlan
        {
            _work = (double)rows * columns * depth,
            TileRows = Even(rows, blocking.TileRows, 1),
            DepthBlock = Even(depth, blocking.Depth, 4),
            CopyPadding = 64 / elementSize,
            GroupColumns = columns,
            GroupDepth = depth,
            DepthParts = 1,
        };

        var paddedColumns = RoundUp(columns, tileColumns);
        if (rows * columns <= 1 << 16 && depth >= 2048)
        {
            var most = Math.Clamp(PartialBytes / (rows * paddedColumns * elementSize), 2, 256);
            plan.DepthBlock = blocking.Depth;
            plan.DepthPart = RoundUp(Math.Max(2 * blocking.Depth, (depth + most - 1) / most), blocking.Depth);
            plan.DepthParts = (int)((depth + plan.DepthPart - 1) / plan.DepthPart);
            plan.PackBlockB = transposeB;
            plan.RowBlock = rows;
            plan.ColumnBlock = columns;
            return plan;
        }

        plan.PackB = transposeB || (rows > 4 * blocking.TileRows && plan.DepthBlock * bStride * elementSize > RowsOfBInPlace);
        if (plan.PackB)
        {
            plan.GroupColumns = Math.Min(paddedColumns, Math.Max(tileColumns, PackedBytes / (blocking.Depth * elementSize) / tileColumns * tileColumns));

            // Very long sums add up in buffers first, one for each group: those stay long.
            var bytes = depth > LongestChain * plan.DepthBlock ? PackedBytes : PackedBytesInCache;
            plan.GroupDepth = Math.Max(1, bytes / (plan.GroupColumns * elementSize) / plan.DepthBlock) * plan.DepthBlock;
        }

        plan.GroupDepth = Math.Min(plan.GroupDepth, Math.Min(LongestChain * plan.DepthBlock, RoundUp(depth, plan.DepthBlock)));
        plan.Buffered = depth > LongestChain * plan.DepthBlock;
        plan.CutBlocks(blocking, tileColumns, rows, depth);

        var panelBytes = Math.Min(plan.ColumnBlock, columns) * plan.DepthBlock * elementSize;
        plan.RowsOutermost = panelBytes <= 32 << 10;

        // Rows of A are copied only when they lie a whole number of pages apart, in the same few cache sets.
        plan.PackA = transposeA
            ? plan.ColumnBlock > tileColumns && plan.RowBlock > blocking.TileRows && plan.DepthBlock * aStride * elementSize > ColumnsOfAInPlace
            : plan.ColumnBlock >= 8 * tileColumns && aStride * elementSize % 4096 == 0;
        return plan;
    }

    /// <summary>
    /// Halves the blocks of C until there are enough of them to share out, or they are small: first their rows, down to two
    /// tiles for each panel of B that comes from L2, because every block of columns copies A again; then their columns.
    /// </summary>
    private void CutBlocks(MatrixProductBlocking blocking, nint tileColumns, nint rows, nint depthTotal)
    {
        var rowTiles = Math.Max(1, Math.Min(rows, blocking.Rows) / TileRows);
        var columnTiles = (Math.Min(GroupColumns, 4096) + tileColumns - 1) / tileColumns;
        var depth = (double)Math.Min(GroupDepth, depthTotal);
        var largest = Math.Max(BlockWork, _work / MostBlocks);
        while (rowTiles * TileRows * columnTiles * tileColumns * depth > largest)
        {
            if (rowTiles > 2)
            {
                rowTiles = (rowTiles + 1) / 2;
            }
            else if (columnTiles > 8)
            {
                columnTiles = (columnTiles + 1) / 2;
            }
            else
            {
                break;
            }
        }

        RowBlock = rowTiles * TileRows;
        ColumnBlock = columnTiles * tileColumns;
    }

    /// <summary>The even share, at most <paramref name="largest"/>, of a length, rounded up to a multiple.</summary>
    private static nint Even(nint length, nint largest, nint multiple)
    {
        var parts = (length + largest - 1) / largest;
        return Math.Min(largest, RoundUp((length + parts - 1) / parts, multiple));
    }

    private static nint RoundUp(nint value, nint multiple) => (value + multiple - 1) / multiple * multiple;
}
