namespace Native.Kernels.Cpu;

/// <summary>
/// How a matrix is cut for the worker pool: into groups of short rows, or into pieces of long ones, of some
/// <see cref="Elements"/> elements each. The cut depends on the shape alone, so results do not depend on the number of threads.
/// </summary>
internal readonly struct Blocks
{
    /// <summary>
    /// Elements of a block: some microseconds of work, enough to pay for handing it over, and a few streams of it fit the second-level cache.
    /// A multiple of every register width, so that only the last piece of a row has a tail.
    /// </summary>
    public const int Elements = 1 << 14;

    // Fewer blocks than this are not worth waking another thread for.
    private const int FewestShared = 4;

    private readonly nint _rows;
    private readonly nint _columns;
    private readonly nint _rowsPerBlock;
    private readonly nint _columnsPerBlock;
    private readonly nint _piecesPerRow;

    private Blocks(nint rows, nint columns, nint rowsPerBlock, nint columnsPerBlock)
    {
        _rows = rows;
        _columns = columns;
        _rowsPerBlock = rowsPerBlock;
        _columnsPerBlock = columnsPerBlock;
        _piecesPerRow = Divide(columns, columnsPerBlock);
        Count = checked((int)(Divide(rows, rowsPerBlock) * _piecesPerRow));
    }

    /// <summary>Number of blocks; none for an empty matrix.</summary>
    public int Count { get; }

    /// <summary>Columns of the matrix, all of its elements if it became one row: with the row and column of <see cref="Range"/> it gives the place of an element counted by rows.</summary>
    public nint Columns => _columns;

    /// <summary>The threads to use of those allowed: one for little work.</summary>
    public int Threads(int allowed) => Count < FewestShared ? 1 : allowed;

    /// <summary>For loops that treat elements alike. A matrix without gaps becomes one long row first.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="strides">Strides of all operands that are present.</param>
    public static Blocks Elementwise(nint rows, nint columns, params ReadOnlySpan<nint> strides)
    {
        var joined = rows > 1;
        foreach (var stride in strides)
        {
            joined &= stride == columns;
        }

        if (joined)
        {
            columns *= rows;
            rows = 1;
        }

        return columns > 2 * Elements ? new Blocks(rows, columns, 1, Elements) : ByRows(rows, columns);
    }

    /// <summary>Every row cut into pieces, for rows that are long.</summary>
    public static Blocks Pieces(nint rows, nint columns) => new(rows, columns, 1, Elements);

    /// <summary>For loops that need a row in one piece.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="least">The fewest rows of a block.</param>
    /// <param name="most">The most rows of a block.</param>
    public static Blocks ByRows(nint rows, nint columns, nint least = 1, nint most = Elements) =>
        new(rows, columns, Math.Clamp(Elements / Math.Max(columns, 1), least, most), Math.Max(columns, 1));

    /// <summary>The part of the matrix that a block covers.</summary>
    public (nint FirstRow, nint EndRow, nint FirstColumn, nint EndColumn) Range(int block)
    {
        var (group, piece) = Math.DivRem(block, _piecesPerRow);
        var row = group * _rowsPerBlock;
        var column = piece * _columnsPerBlock;
        return (row, Math.Min(row + _rowsPerBlock, _rows), column, Math.Min(column + _columnsPerBlock, _columns));
    }

    private static nint Divide(nint size, nint part) => size / part + (size % part == 0 ? 0 : 1);
}
