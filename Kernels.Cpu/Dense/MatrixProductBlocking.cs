namespace Native.Kernels.Cpu;

/// <summary>Block sizes of the matrix product for one instruction set; all of them are in the table below.</summary>
/// <param name="TileRows">Rows of a micro-kernel tile, at most; its columns are two registers.</param>
/// <param name="Depth">Elements of <c>k</c> in a block: a panel of <c>B</c>, <c>Depth</c> × two registers, stays in L1.</param>
/// <param name="Rows">Rows of <c>A</c> in a block, at most: <c>Rows × Depth</c> stays in L2.</param>
internal readonly record struct MatrixProductBlocking(int TileRows, int Depth, int Rows)
{
    public static MatrixProductBlocking Bits512 => new(TileRows: 12, Depth: 256, Rows: 240);

    public static MatrixProductBlocking Bits256 => new(TileRows: 6, Depth: 256, Rows: 120);

    public static MatrixProductBlocking Bits128 => new(TileRows: 6, Depth: 256, Rows: 120);
}
