using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>Chooses the instruction set of a matrix product.</summary>
internal static class MatrixProductDriver
{
    public static void Run<T, TActivation>(ref MatrixProductArguments<T> arguments, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TActivation : struct, IActivation
    {
        if (Vector512.IsHardwareAccelerated)
        {
            MatrixProductDriver<T, Vector512<T>, MatrixProductRegister512<T>, Lanes512<T>, TActivation>.Run(ref arguments, threads);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            MatrixProductDriver<T, Vector256<T>, MatrixProductRegister256<T>, Lanes256<T>, TActivation>.Run(ref arguments, threads);
        }
        else
        {
            MatrixProductDriver<T, Vector128<T>, MatrixProductRegister128<T>, Lanes128<T>, TActivation>.Run(ref arguments, threads);
        }
    }
}

/// <summary>
/// The loops around the micro-kernel, after Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, 2008)
/// and BLIS (Van Zee and van de Geijn, 2015).
/// </summary>
/// <remarks>
/// <para>Usual shapes: the threads take blocks of <c>C</c>, and each block runs over all of <c>k</c> in order, packing its
/// columns of <c>B</c> into panels of one tile's width as it goes: nothing is shared, so nobody waits, and what a core reads is
/// in its own caches. Long sums into a small <c>C</c> (weight gradients) are cut along <c>k</c> instead, into pieces with a
/// <c>C</c> of their own that are added up in order.</para>
/// <para>Every cut of a sum depends on the shape only, so results are bitwise equal for any number of threads.</para>
/// <para><c>A</c> is read where it lies unless it is read often: the micro-kernel takes both layouts, and packing copies rows
/// as they are. <c>B</c> is read where it lies when it is row-major and spans little memory or has few rows of <c>A</c> to meet.</para>
/// </remarks>
internal static unsafe class MatrixProductDriver<T, TVector, TRegister, TLanes, TActivation>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TRegister : struct, IMatrixProductRegister<TVector, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where TActivation : struct, IActivation
{
    /// <summary>Multiply-adds of a product that is small: 64³.</summary>
    private const nint SmallProduct = 1 << 18;

    private static int TileColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TRegister.Count;
    }

    public static void Run(ref MatrixProductArguments<T> arguments, int threads)
    {
        if (arguments.Rows == 0 || arguments.Columns == 0)
        {
            return;
        }

        if (arguments.Depth == 0)
        {
            RunEmpty(ref arguments);
            return;
        }

        if (IsSmall(arguments))
        {
            if (arguments.TransposeB)
            {
                RunSmallTransposed(arguments);
            }
            else
            {
                RunSmall(arguments);
            }

            return;
        }

        var plan = MatrixProductPlan.Create(
            TRegister.Blocking,
            TileColumns,
            sizeof(T),
            arguments.Rows,
            arguments.Columns,
            arguments.Depth,
            arguments.TransposeA,
            arguments.TransposeB,
            arguments.AStride,
            arguments.BStride,
            threads);
        if (plan.DepthParts > 1)
        {
            RunDepthParts(ref arguments, plan, threads);
        }
        else
        {
            RunBlocks(ref arguments, plan, threads);
        }
    }

    /// <summary>The empty sum is zero, and still gets its bias and activation.</summary>
    private static void RunEmpty(ref MatrixProductArguments<T> arguments)
    {
        if (!arguments.Accumulate)
        {
            for (nint i = 0; i < arguments.Rows; i++)
            {
                for (nint j = 0; j < arguments.Columns; j++)
                {
                    arguments.C[(i * arguments.CStride) + j] = T.Zero;
                }
            }
        }

        FinishRows(arguments, arguments.C, 0, arguments.Rows, 0, arguments.Columns);
    }

    /// <summary>A product of few operations, in whole registers of columns: no plan, no workspace, no second thread.</summary>
    private static bool IsSmall(in MatrixProductArguments<T> p) =>
        p.Depth <= TRegister.Blocking.Depth && p.Rows <= SmallProduct && p.Columns <= SmallProduct && p.Rows * p.Columns * p.Depth <= SmallProduct
        && p.Columns % TRegister.Count == 0;

    private static void RunSmall(in MatrixProductArguments<T> p)
    {
        var tileRows = MatrixProductPlan.Even(p.Rows, TRegister.Blocking.TileRows, 1);
        for (nint i = 0; i < p.Rows; i += tileRows)
        {
            var rows = Math.Min(tileRows, p.Rows - i);
            for (nint j = 0; j < p.Columns; j += TileColumns)
            {
                MultiplySmallTile(p, i, rows, j, p.B + j, p.BStride);
            }
        }
    }

    /// <summary>The same with a transposed B, which is turned round panel by panel.</summary>
    /// <remarks>The loops stand in a method of their own, because the runtime does not recompile a running method that takes memory on its stack.</remarks>
    [SkipLocalsInit]
    private static void RunSmallTransposed(in MatrixProductArguments<T> p)
    {
        var space = stackalloc T[(int)(p.Depth * TileColumns) + (64 / sizeof(T))];
        RunSmallTransposed(p, (T*)(((nint)space + 63) & ~63));
    }

    private static void RunSmallTransposed(in MatrixProductArguments<T> p, T* panel)
    {
        var tileRows = MatrixProductPlan.Even(p.Rows, TRegister.Blocking.TileRows, 1);
        for (nint j = 0; j < p.Columns; j += TileColumns)
        {
            MatrixProductPacking.Transpose(p.B + (j * p.BStride), p.BStride, Math.Min(TileColumns, p.Columns - j), p.Depth, panel, TileColumns);
            for (nint i = 0; i < p.Rows; i += tileRows)
            {
                MultiplySmallTile(p, i, Math.Min(tileRows, p.Rows - i), j, panel, TileColumns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplySmallTile(in MatrixProductArguments<T> p, nint i, nint rows, nint j, T* b, nint bStride)
    {
        var columns = Math.Min(TileColumns, p.Columns - j);
        var c = p.C + (i * p.CStride) + j;
        var kernel = MatrixProductMicroKernel<T, TVector, TRegister>.Get(rows, columns > TRegister.Count ? 2 : 1, !p.TransposeA);
        kernel(p.Depth, p.A + (p.TransposeA ? i : i * p.AStride), p.AStride, b, bStride, c, p.CStride, p.Accumulate);
        FinishRows(p, c, i, rows, j, columns);
    }

    private static void RunBlocks(ref MatrixProductArguments<T> arguments, MatrixProductPlan plan, int threads)
    {
        var work = new BlockWork
        {
            Arguments = arguments,
            Plan = plan,
        };
        Workers.For(ref work, work.Count, plan.Threads(threads));
    }

    private static void RunDepthParts(ref MatrixProductArguments<T> arguments, MatrixProductPlan plan, int threads)
    {
        threads = plan.Threads(threads);
        var stride = MatrixProductPlan.RoundUp(arguments.Columns, TileColumns);
        var size = arguments.Rows * stride;
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(size * plan.DepthParts));
        var partial = new PartialWork
        {
            Arguments = arguments,
            Plan = plan,
            Partials = scratch.Take<T>(size * plan.DepthParts),
            Stride = stride,
        };
        Workers.For(ref partial, plan.DepthParts, threads);

        var reduce = new ReduceWork
        {
            Arguments = arguments,
            Partials = partial.Partials,
            Stride = stride,
            Parts = plan.DepthParts,
        };
        Workers.For(ref reduce, reduce.Blocks, threads);
    }

    // c (+)= op(A)[row…, depthStart…] · op(B)[depthStart…, column…], c being the block's first element. padded: c has room for
    // whole tiles, so that none needs a masked store. finish: the sums are complete with this call.
    private static void MultiplyBlock(
        in MatrixProductArguments<T> p, in MatrixProductPlan plan, nint row, nint rows, nint column, nint columns, nint depthStart, nint depth,
        T* c, nint cStride, bool padded, bool accumulate, bool finish)
    {
        var width = (nint)TileColumns;
        var edge = columns % width;
        var packEdge = !plan.PackB && edge != 0 && edge != TRegister.Count;
        var fullStep = MatrixProductPacking.PanelStep<T>(plan.DepthBlock, width);
        var panelBytes = plan.PackB ? Scratch.SizeOf<T>(Panels(columns) * fullStep) : packEdge ? Scratch.SizeOf<T>(fullStep) : 0;
        var aCopyStride = p.TransposeA ? MatrixProductPlan.RoundUp(plan.TileRows, 16 / sizeof(T)) : plan.DepthBlock + plan.CopyPadding;
        var rowsAtOnce = Math.Min(rows, plan.RowsAtOnce);
        var aBytes = plan.PackA ? Scratch.SizeOf<T>(p.TransposeA ? MatrixProductPlan.Parts(rowsAtOnce, plan.TileRows) * MatrixProductPacking.PanelStep<T>(plan.DepthBlock, aCopyStride) : rowsAtOnce * aCopyStride) : 0;
        var scratch = panelBytes + aBytes == 0 ? null : Scratch.Rent(panelBytes + aBytes);
        try
        {
            var panels = panelBytes == 0 ? null : scratch!.Take<T>((nint)panelBytes / sizeof(T));
            var aCopy = aBytes == 0 ? null : scratch!.Take<T>((nint)aBytes / sizeof(T));
            for (nint k = 0; k < depth; k += plan.DepthBlock)
            {
                var blockDepth = Math.Min(plan.DepthBlock, depth - k);
                var panelStep = MatrixProductPacking.PanelStep<T>(blockDepth, width);
                var block = new Block
                {
                    Depth = blockDepth,
                    RowMajor = !p.TransposeA,
                    CStride = cStride,
                    Columns = columns,
                    TileRows = plan.TileRows,
                    Padded = padded,
                    Accumulate = accumulate || k > 0,
                    Finish = finish && k + blockDepth == depth,
                    Column = column,
                };

                block.B = p.TransposeB ? p.B + (column * p.BStride) + depthStart + k : p.B + ((depthStart + k) * p.BStride) + column;
                block.BStride = p.BStride;
                block.BPanelStep = width;
                block.BEdge = block.B + columns - edge;
                block.BEdgeStride = p.BStride;
                if (plan.PackB)
                {
                    MatrixProductPacking.PackPanels(block.B, p.BStride, p.TransposeB, blockDepth, columns, panels, width, panelStep);
                    block.B = panels;
                    block.BStride = width;
                    block.BPanelStep = panelStep;
                    block.BEdge = block.B + (columns / width * block.BPanelStep);
                    block.BEdgeStride = width;
                }
                else if (packEdge)
                {
                    MatrixProductPacking.PackPanels(block.BEdge, p.BStride, false, blockDepth, edge, panels, width, panelStep);
                    block.BEdge = panels;
                    block.BEdgeStride = width;
                }

                for (nint i = 0; i < rows; i += rowsAtOnce)
                {
                    block.Row = row + i;
                    block.Rows = Math.Min(rowsAtOnce, rows - i);
                    block.C = c + (i * cStride);
                    block.A = p.TransposeA ? p.A + ((depthStart + k) * p.AStride) + block.Row : p.A + (block.Row * p.AStride) + depthStart + k;
                    block.AStride = p.AStride;
                    block.ATileStep = p.TransposeA ? plan.TileRows : plan.TileRows * p.AStride;
                    if (plan.PackA)
                    {
                        PackA(ref block, aCopy, aCopyStride);
                    }

                    Multiply(p, block, plan.RowsOutermost);
                }
            }
        }
        finally
        {
            scratch?.Dispose();
        }
    }

    /// <summary>Copies the block of A: rows as rows, columns tile by tile, so that the micro-kernel reads one stream.</summary>
    private static void PackA(ref Block block, T* copy, nint copyStride)
    {
        if (block.RowMajor)
        {
            MatrixProductPacking.CopyRows(block.A, block.AStride, block.Rows, block.Depth, copy, copyStride);
            block.AStride = copyStride;
            block.ATileStep = block.TileRows * copyStride;
        }
        else
        {
            MatrixProductPacking.PackColumns(block.A, block.AStride, block.Rows, block.Depth, block.TileRows, copy, copyStride);
            block.AStride = copyStride;
            block.ATileStep = MatrixProductPacking.PanelStep<T>(block.Depth, copyStride);
        }

        block.A = copy;
    }

    [SkipLocalsInit]
    private static void Multiply(in MatrixProductArguments<T> p, in Block block, bool rowsOutermost)
    {
        var tile = stackalloc T[MatrixProductMicroKernel<T, TVector, TRegister>.MaximumRows * TileColumns];
        var aStep = block.ATileStep;
        var panels = Panels(block.Columns);
        if (rowsOutermost)
        {
            var a = block.A;
            for (nint i = 0; i < block.Rows; i += block.TileRows, a += aStep)
            {
                for (nint panel = 0; panel < panels; panel++)
                {
                    MultiplyTile(p, block, a, i, panel, tile);
                }
            }

            return;
        }

        for (nint panel = 0; panel < panels; panel++)
        {
            var a = block.A;
            for (nint i = 0; i < block.Rows; i += block.TileRows, a += aStep)
            {
                MultiplyTile(p, block, a, i, panel, tile);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyTile(in MatrixProductArguments<T> p, in Block block, T* a, nint i, nint panel, T* tile)
    {
        var j = panel * TileColumns;
        var rows = Math.Min(block.TileRows, block.Rows - i);
        var columns = Math.Min(TileColumns, block.Columns - j);
        var isEdge = columns < TileColumns;
        var b = isEdge ? block.BEdge : block.B + (panel * block.BPanelStep);
        var bStride = isEdge ? block.BEdgeStride : block.BStride;
        var c = block.C + (i * block.CStride) + j;
        var kernel = MatrixProductMicroKernel<T, TVector, TRegister>.Get(rows, columns <= TRegister.Count ? 1 : 2, block.RowMajor);
        if (!isEdge || columns == TRegister.Count || block.Padded)
        {
            kernel(block.Depth, a, block.AStride, b, bStride, c, block.CStride, block.Accumulate);
        }
        else
        {
            kernel(block.Depth, a, block.AStride, b, bStride, tile, TileColumns, false);
            MatrixProductEpilogue.StoreTile<T, TLanes>(tile, TileColumns, c, block.CStride, rows, columns, block.Accumulate);
        }

        if (block.Finish)
        {
            FinishRows(p, c, block.Row + i, rows, block.Column + j, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishRows(in MatrixProductArguments<T> p, T* c, nint row, nint rows, nint column, nint columns)
    {
        if (typeof(TActivation) == typeof(Identity) && p.Bias is null && p.Preactivation is null)
        {
            return;
        }

        MatrixProductEpilogue.Apply<T, TLanes, TActivation>(
            c,
            p.CStride,
            rows,
            columns,
            p.Bias is null ? null : p.Bias + column,
            p.BiasScale is null ? null : p.BiasScale + row,
            p.Preactivation is null ? null : p.Preactivation + (row * p.PreactivationStride) + column,
            p.PreactivationStride);
    }

    private static nint Panels(nint columns) => MatrixProductPlan.Parts(columns, TileColumns);

    /// <summary>A block of the product for one range of <c>k</c>, where its operands lie now.</summary>
    private struct Block
    {
        public nint Rows;
        public nint Columns;
        public nint Depth;
        public nint TileRows;
        public bool RowMajor;

        /// <summary>First element of A, its stride, and the distance from tile to tile.</summary>
        public T* A;
        public nint AStride;
        public nint ATileStep;

        /// <summary>First panel of B, its stride, the distance of neighbouring panels, and the last panel and its stride when it is narrower.</summary>
        public T* B;
        public nint BStride;
        public nint BPanelStep;
        public T* BEdge;
        public nint BEdgeStride;

        public T* C;
        public nint CStride;
        public bool Padded;
        public bool Accumulate;
        public bool Finish;

        /// <summary>Where the block stands in C.</summary>
        public nint Row;
        public nint Column;
    }

    /// <summary>Blocks of C, each over all of <c>k</c>.</summary>
    private struct BlockWork : IWork
    {
        public MatrixProductArguments<T> Arguments;
        public MatrixProductPlan Plan;

        public readonly int Count => checked((int)(Plan.RowBlocks * Plan.ColumnBlocks));

        public readonly void Run(int block)
        {
            var (row, rows) = MatrixProductPlan.Range(Arguments.Rows, Plan.TileRows, Plan.RowBlocks, block / Plan.ColumnBlocks);
            var (column, columns) = MatrixProductPlan.Range(Arguments.Columns, TileColumns, Plan.ColumnBlocks, block % Plan.ColumnBlocks);
            var c = Arguments.C + (row * Arguments.CStride) + column;
            if (!Plan.Buffered)
            {
                MultiplyBlock(Arguments, Plan, row, rows, column, columns, 0, Arguments.Depth, c, Arguments.CStride, false, Arguments.Accumulate, true);
                return;
            }

            var stride = MatrixProductPlan.RoundUp(columns, TileColumns);
            using var scratch = Scratch.Rent(Scratch.SizeOf<T>(rows * stride));
            var sums = scratch.Take<T>(rows * stride);
            for (nint depthStart = 0; depthStart < Arguments.Depth; depthStart += Plan.GroupDepth)
            {
                var depth = Math.Min(Plan.GroupDepth, Arguments.Depth - depthStart);
                MultiplyBlock(Arguments, Plan, row, rows, column, columns, depthStart, depth, sums, stride, true, false, false);
                MatrixProductEpilogue.StoreTile<T, TLanes>(sums, stride, c, Arguments.CStride, rows, columns, Arguments.Accumulate || depthStart > 0);
            }

            FinishRows(Arguments, c, row, rows, column, columns);
        }
    }

    /// <summary>Pieces of a long sum, each into a C of its own.</summary>
    private struct PartialWork : IWork
    {
        public MatrixProductArguments<T> Arguments;
        public MatrixProductPlan Plan;
        public T* Partials;
        public nint Stride;

        public readonly void Run(int block)
        {
            var depthStart = block * Plan.DepthPart;
            var depth = Math.Min(Plan.DepthPart, Arguments.Depth - depthStart);
            var partial = Partials + (block * Arguments.Rows * Stride);
            MultiplyBlock(Arguments, Plan, 0, Arguments.Rows, 0, Arguments.Columns, depthStart, depth, partial, Stride, true, false, false);
        }
    }

    /// <summary>Adds the pieces up, in their order, and finishes the rows.</summary>
    private struct ReduceWork : IWork
    {
        private const int RowsPerBlock = 8;

        public MatrixProductArguments<T> Arguments;
        public T* Partials;
        public nint Stride;
        public int Parts;

        public readonly int Blocks => (int)((Arguments.Rows + RowsPerBlock - 1) / RowsPerBlock);

        public readonly void Run(int block)
        {
            var first = (nint)block * RowsPerBlock;
            var last = Math.Min(Arguments.Rows, first + RowsPerBlock);
            var size = Arguments.Rows * Stride;
            for (var i = first; i < last; i++)
            {
                var c = Arguments.C + (i * Arguments.CStride);
                for (nint j = 0; j < Arguments.Columns; j += TLanes.Count)
                {
                    var partial = Partials + (i * Stride) + j;
                    var sum = TLanes.Load(partial);
                    for (var part = 1; part < Parts; part++)
                    {
                        sum += TLanes.Load(partial + (part * size));
                    }

                    var count = (int)Math.Min(TLanes.Count, Arguments.Columns - j);
                    if (Arguments.Accumulate)
                    {
                        sum += TLanes.LoadPartial(c + j, count);
                    }

                    TLanes.StorePartial(sum, c + j, count);
                }

                FinishRows(Arguments, c, i, 1, 0, Arguments.Columns);
            }
        }
    }
}
