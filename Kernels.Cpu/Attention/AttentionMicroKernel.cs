using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The innermost loop of attention: <c>C[i,j] = Σ_k A[i,k] · B[k,j]</c>, plus <c>C[i,j] · factor[j]</c> if there is a factor, on a tile of at most
/// <see cref="MaximumRows"/> rows and three registers of columns, the whole tile held in registers.
/// </summary>
/// <remarks>
/// <para>Register budget: <c>3·rows</c> accumulators, three registers for a row of <c>B</c>, one for an element of <c>A</c> in all lanes. 8 rows need 28 of AVX-512's 32, 4 rows 16 of
/// the 16 that AVX2 and SSE have. Eight rows divide the usual widths of heads and tiles of keys, which the 12 rows of the matrix product's tile do not. Addresses take a pointer and
/// four multiples of the stride for <c>A</c>, a pointer and the stride for <c>B</c>.</para>
/// <para>Every step of <c>k</c> is <c>3·rows</c> multiply-adds on <c>rows</c> broadcast loads and three vector loads.</para>
/// <para>The number of rows, of column registers, and the layout of <c>A</c> are type arguments: each tile shape is compiled by itself, on first use. <c>A</c> is read within the
/// tile only; <c>B</c>, <c>C</c> and the factor are read and written in whole registers.</para>
/// </remarks>
internal static unsafe class AttentionMicroKernel<T, TVector, TRegister>
    where T : unmanaged
    where TVector : unmanaged
    where TRegister : struct, IMatrixProductRegister<TVector, T>
{
    /// <summary>Column registers of a tile, at most.</summary>
    public const int MaximumColumns = 3;

    // [columns - 1][row-major ? 1 : 0][rows - 1]
    private static readonly delegate*<nint, T*, nint, T*, nint, T*, nint, T*, void>[] Kernels = CreateKernels();

    /// <summary>Rows of a tile, at most.</summary>
    public static int MaximumRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(TVector) == 64 ? 8 : 4;
    }

    /// <summary>
    /// The kernel <c>(depth, a, aStride, b, bStride, c, cStride, factor)</c> of a tile shape. <c>A[i,k]</c> is <c>a[i·aStride + k]</c> when row-major, otherwise
    /// <c>a[k·aStride + i]</c>; <c>B[k,j]</c> is <c>b[k·bStride + j]</c>. Without a factor (null) <c>C</c> is overwritten.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static delegate*<nint, T*, nint, T*, nint, T*, nint, T*, void> Get(nint rows, nint columnRegisters, bool rowMajor) =>
        Kernels[((((columnRegisters - 1) * 2) + (rowMajor ? 1 : 0)) * 8) + rows - 1];

    private static delegate*<nint, T*, nint, T*, nint, T*, nint, T*, void>[] CreateKernels()
    {
        var kernels = new delegate*<nint, T*, nint, T*, nint, T*, nint, T*, void>[MaximumColumns * 2 * 8];
        Add<Constant1>(kernels);
        Add<Constant2>(kernels);
        Add<Constant3>(kernels);
        Add<Constant4>(kernels);
        if (MaximumRows > 4)
        {
            Add<Constant5>(kernels);
            Add<Constant6>(kernels);
            Add<Constant7>(kernels);
            Add<Constant8>(kernels);
        }

        return kernels;
    }

    private static void Add<TRows>(delegate*<nint, T*, nint, T*, nint, T*, nint, T*, void>[] kernels)
        where TRows : struct, IConstant
    {
        kernels[(0 * 8) + TRows.Value - 1] = &Multiply<TRows, Constant1, Constant0>;
        kernels[(1 * 8) + TRows.Value - 1] = &Multiply<TRows, Constant1, Constant1>;
        kernels[(2 * 8) + TRows.Value - 1] = &Multiply<TRows, Constant2, Constant0>;
        kernels[(3 * 8) + TRows.Value - 1] = &Multiply<TRows, Constant2, Constant1>;
        kernels[(4 * 8) + TRows.Value - 1] = &Multiply<TRows, Constant3, Constant0>;
        kernels[(5 * 8) + TRows.Value - 1] = &Multiply<TRows, Constant3, Constant1>;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TRows, TColumns, TRowMajor>(nint depth, T* a, nint aStride, T* b, nint bStride, T* c, nint cStride, T* factor)
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
        where TRowMajor : struct, IConstant
    {
        TVector c00 = TRegister.Zero, c01 = TRegister.Zero, c02 = TRegister.Zero;
        TVector c10 = TRegister.Zero, c11 = TRegister.Zero, c12 = TRegister.Zero;
        TVector c20 = TRegister.Zero, c21 = TRegister.Zero, c22 = TRegister.Zero;
        TVector c30 = TRegister.Zero, c31 = TRegister.Zero, c32 = TRegister.Zero;
        TVector c40 = TRegister.Zero, c41 = TRegister.Zero, c42 = TRegister.Zero;
        TVector c50 = TRegister.Zero, c51 = TRegister.Zero, c52 = TRegister.Zero;
        TVector c60 = TRegister.Zero, c61 = TRegister.Zero, c62 = TRegister.Zero;
        TVector c70 = TRegister.Zero, c71 = TRegister.Zero, c72 = TRegister.Zero;

        // x walks along A and y along B; s and t are the strides in bytes. Addresses scale a register by 1, 2, 4 or 8, so that the odd multiples of s reach all rows.
        var x = (byte*)a;
        var y = (byte*)b;
        var s = aStride * sizeof(T);
        var s3 = 3 * s;
        var s5 = 5 * s;
        var s7 = 7 * s;
        var t = bStride * sizeof(T);
        for (; depth >= 2; depth -= 2)
        {
            var b0 = TRegister.Load((T*)y);
            var b1 = TColumns.Value > 1 ? TRegister.Load((T*)y + TRegister.Count) : b0;
            var b2 = TColumns.Value > 2 ? TRegister.Load((T*)y + (2 * TRegister.Count)) : b0;
            AddRow<TColumns>(((T*)x)[0], b0, b1, b2, ref c00, ref c01, ref c02);
            if (TRows.Value > 1) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s))[0] : ((T*)x)[1], b0, b1, b2, ref c10, ref c11, ref c12);
            if (TRows.Value > 2) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s)))[0] : ((T*)x)[2], b0, b1, b2, ref c20, ref c21, ref c22);
            if (TRows.Value > 3) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s3))[0] : ((T*)x)[3], b0, b1, b2, ref c30, ref c31, ref c32);
            if (TRows.Value > 4) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[0] : ((T*)x)[4], b0, b1, b2, ref c40, ref c41, ref c42);
            if (TRows.Value > 5) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[0] : ((T*)x)[5], b0, b1, b2, ref c50, ref c51, ref c52);
            if (TRows.Value > 6) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[0] : ((T*)x)[6], b0, b1, b2, ref c60, ref c61, ref c62);
            if (TRows.Value > 7) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[0] : ((T*)x)[7], b0, b1, b2, ref c70, ref c71, ref c72);

            b0 = TRegister.Load((T*)(y + t));
            b1 = TColumns.Value > 1 ? TRegister.Load((T*)(y + t) + TRegister.Count) : b0;
            b2 = TColumns.Value > 2 ? TRegister.Load((T*)(y + t) + (2 * TRegister.Count)) : b0;
            AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)x)[1] : ((T*)(x + s))[0], b0, b1, b2, ref c00, ref c01, ref c02);
            if (TRows.Value > 1) AddRow<TColumns>(((T*)(x + s))[1], b0, b1, b2, ref c10, ref c11, ref c12);
            if (TRows.Value > 2) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s)))[1] : ((T*)(x + s))[2], b0, b1, b2, ref c20, ref c21, ref c22);
            if (TRows.Value > 3) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s3))[1] : ((T*)(x + s))[3], b0, b1, b2, ref c30, ref c31, ref c32);
            if (TRows.Value > 4) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[1] : ((T*)(x + s))[4], b0, b1, b2, ref c40, ref c41, ref c42);
            if (TRows.Value > 5) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[1] : ((T*)(x + s))[5], b0, b1, b2, ref c50, ref c51, ref c52);
            if (TRows.Value > 6) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[1] : ((T*)(x + s))[6], b0, b1, b2, ref c60, ref c61, ref c62);
            if (TRows.Value > 7) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[1] : ((T*)(x + s))[7], b0, b1, b2, ref c70, ref c71, ref c72);

            x += TRowMajor.Value != 0 ? 2 * sizeof(T) : 2 * s;
            y += 2 * t;
        }

        if (depth > 0)
        {
            var b0 = TRegister.Load((T*)y);
            var b1 = TColumns.Value > 1 ? TRegister.Load((T*)y + TRegister.Count) : b0;
            var b2 = TColumns.Value > 2 ? TRegister.Load((T*)y + (2 * TRegister.Count)) : b0;
            AddRow<TColumns>(((T*)x)[0], b0, b1, b2, ref c00, ref c01, ref c02);
            if (TRows.Value > 1) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s))[0] : ((T*)x)[1], b0, b1, b2, ref c10, ref c11, ref c12);
            if (TRows.Value > 2) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s)))[0] : ((T*)x)[2], b0, b1, b2, ref c20, ref c21, ref c22);
            if (TRows.Value > 3) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s3))[0] : ((T*)x)[3], b0, b1, b2, ref c30, ref c31, ref c32);
            if (TRows.Value > 4) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[0] : ((T*)x)[4], b0, b1, b2, ref c40, ref c41, ref c42);
            if (TRows.Value > 5) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[0] : ((T*)x)[5], b0, b1, b2, ref c50, ref c51, ref c52);
            if (TRows.Value > 6) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[0] : ((T*)x)[6], b0, b1, b2, ref c60, ref c61, ref c62);
            if (TRows.Value > 7) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[0] : ((T*)x)[7], b0, b1, b2, ref c70, ref c71, ref c72);
        }

        if (factor is not null)
        {
            var f0 = TRegister.Load(factor);
            var f1 = TColumns.Value > 1 ? TRegister.Load(factor + TRegister.Count) : f0;
            var f2 = TColumns.Value > 2 ? TRegister.Load(factor + (2 * TRegister.Count)) : f0;
            if (TRows.Value > 0) AddScaled<TColumns>(c + (0 * cStride), f0, f1, f2, ref c00, ref c01, ref c02);
            if (TRows.Value > 1) AddScaled<TColumns>(c + (1 * cStride), f0, f1, f2, ref c10, ref c11, ref c12);
            if (TRows.Value > 2) AddScaled<TColumns>(c + (2 * cStride), f0, f1, f2, ref c20, ref c21, ref c22);
            if (TRows.Value > 3) AddScaled<TColumns>(c + (3 * cStride), f0, f1, f2, ref c30, ref c31, ref c32);
            if (TRows.Value > 4) AddScaled<TColumns>(c + (4 * cStride), f0, f1, f2, ref c40, ref c41, ref c42);
            if (TRows.Value > 5) AddScaled<TColumns>(c + (5 * cStride), f0, f1, f2, ref c50, ref c51, ref c52);
            if (TRows.Value > 6) AddScaled<TColumns>(c + (6 * cStride), f0, f1, f2, ref c60, ref c61, ref c62);
            if (TRows.Value > 7) AddScaled<TColumns>(c + (7 * cStride), f0, f1, f2, ref c70, ref c71, ref c72);
        }

        if (TRows.Value > 0) Store<TColumns>(c + (0 * cStride), c00, c01, c02);
        if (TRows.Value > 1) Store<TColumns>(c + (1 * cStride), c10, c11, c12);
        if (TRows.Value > 2) Store<TColumns>(c + (2 * cStride), c20, c21, c22);
        if (TRows.Value > 3) Store<TColumns>(c + (3 * cStride), c30, c31, c32);
        if (TRows.Value > 4) Store<TColumns>(c + (4 * cStride), c40, c41, c42);
        if (TRows.Value > 5) Store<TColumns>(c + (5 * cStride), c50, c51, c52);
        if (TRows.Value > 6) Store<TColumns>(c + (6 * cStride), c60, c61, c62);
        if (TRows.Value > 7) Store<TColumns>(c + (7 * cStride), c70, c71, c72);
    }

    // One row of the tile takes a row of B times an element of A.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow<TColumns>(T a, TVector b0, TVector b1, TVector b2, ref TVector c0, ref TVector c1, ref TVector c2)
        where TColumns : struct, IConstant
    {
        var x = TRegister.Broadcast(a);
        c0 = TRegister.MultiplyAdd(x, b0, c0);
        if (TColumns.Value > 1)
        {
            c1 = TRegister.MultiplyAdd(x, b1, c1);
        }

        if (TColumns.Value > 2)
        {
            c2 = TRegister.MultiplyAdd(x, b2, c2);
        }
    }

    // One row of the tile takes what its place in memory holds, times the factors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled<TColumns>(T* c, TVector f0, TVector f1, TVector f2, ref TVector c0, ref TVector c1, ref TVector c2)
        where TColumns : struct, IConstant
    {
        c0 = TRegister.MultiplyAdd(TRegister.Load(c), f0, c0);
        if (TColumns.Value > 1)
        {
            c1 = TRegister.MultiplyAdd(TRegister.Load(c + TRegister.Count), f1, c1);
        }

        if (TColumns.Value > 2)
        {
            c2 = TRegister.MultiplyAdd(TRegister.Load(c + (2 * TRegister.Count)), f2, c2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TColumns>(T* c, TVector c0, TVector c1, TVector c2)
        where TColumns : struct, IConstant
    {
        TRegister.Store(c0, c);
        if (TColumns.Value > 1)
        {
            TRegister.Store(c1, c + TRegister.Count);
        }

        if (TColumns.Value > 2)
        {
            TRegister.Store(c2, c + (2 * TRegister.Count));
        }
    }
}
