using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>
/// The innermost loop of the matrix product: <c>C[i,j] (+)= Σ_k A[i,k] · B[k,j]</c> on a tile of at most
/// <see cref="MaximumRows"/> rows and one or two registers of columns, the whole tile held in registers.
/// </summary>
/// <remarks>
/// <para>Register budget: <c>2·rows</c> accumulators, two registers for a row of <c>B</c>, one for an element of <c>A</c>
/// in all lanes. 12 rows need 27 of AVX-512's 32; 6 rows need 15 of the 16 that AVX2 and SSE have. Addresses take a
/// pointer and six multiples of the stride for <c>A</c>, a pointer and the stride (and its triple) for <c>B</c>, and with
/// the counter, <c>C</c> and its stride all 13 fit the general registers too.</para>
/// <para>Every step of <c>k</c> is <c>2·rows</c> multiply-adds on <c>rows</c> broadcast loads and two vector loads. Four
/// steps are unrolled and <c>A</c> and <c>B</c> have one moving pointer each, because the loop's own instructions
/// share ports with the multiply-adds.</para>
/// <para>The number of rows, of column registers, and the layout of <c>A</c> are type arguments: each tile shape is
/// compiled by itself without the branches below, on first use. Nothing outside the tile is read or written.</para>
/// </remarks>
internal static unsafe class MatrixProductMicroKernel<T, TVector, TRegister>
    where T : unmanaged
    where TVector : unmanaged
    where TRegister : struct, IMatrixProductRegister<TVector, T>
{
    public const int MaximumRows = 12;

    // [columns - 1][row-major ? 1 : 0][rows - 1]
    private static readonly delegate*<nint, T*, nint, T*, nint, T*, nint, bool, void>[] Kernels = CreateKernels();

    /// <summary>
    /// The kernel <c>(depth, a, aStride, b, bStride, c, cStride, accumulate)</c> of a tile shape. <c>A[i,k]</c> is
    /// <c>a[i·aStride + k]</c> when row-major, otherwise <c>a[k·aStride + i]</c>; <c>B[k,j]</c> is <c>b[k·bStride + j]</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static delegate*<nint, T*, nint, T*, nint, T*, nint, bool, void> Get(nint rows, int columnRegisters, bool rowMajor) =>
        Kernels[((((columnRegisters - 1) * 2) + (rowMajor ? 1 : 0)) * MaximumRows) + rows - 1];

    private static delegate*<nint, T*, nint, T*, nint, T*, nint, bool, void>[] CreateKernels()
    {
        var kernels = new delegate*<nint, T*, nint, T*, nint, T*, nint, bool, void>[4 * MaximumRows];
        Add<Constant1>(kernels);
        Add<Constant2>(kernels);
        Add<Constant3>(kernels);
        Add<Constant4>(kernels);
        Add<Constant5>(kernels);
        Add<Constant6>(kernels);
        if (TRegister.Blocking.TileRows > 6)
        {
            Add<Constant7>(kernels);
            Add<Constant8>(kernels);
            Add<Constant9>(kernels);
            Add<Constant10>(kernels);
            Add<Constant11>(kernels);
            Add<Constant12>(kernels);
        }

        return kernels;
    }

    private static void Add<TRows>(delegate*<nint, T*, nint, T*, nint, T*, nint, bool, void>[] kernels)
        where TRows : struct, IConstant
    {
        kernels[(0 * MaximumRows) + TRows.Value - 1] = &Multiply<TRows, Constant1, Constant0>;
        kernels[(1 * MaximumRows) + TRows.Value - 1] = &Multiply<TRows, Constant1, Constant1>;
        kernels[(2 * MaximumRows) + TRows.Value - 1] = &Multiply<TRows, Constant2, Constant0>;
        kernels[(3 * MaximumRows) + TRows.Value - 1] = &Multiply<TRows, Constant2, Constant1>;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TRows, TColumns, TRowMajor>(
        nint depth, T* a, nint aStride, T* b, nint bStride, T* c, nint cStride, bool accumulate)
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
        where TRowMajor : struct, IConstant
    {
        TVector c00 = TRegister.Zero, c01 = TRegister.Zero;
        TVector c10 = TRegister.Zero, c11 = TRegister.Zero;
        TVector c20 = TRegister.Zero, c21 = TRegister.Zero;
        TVector c30 = TRegister.Zero, c31 = TRegister.Zero;
        TVector c40 = TRegister.Zero, c41 = TRegister.Zero;
        TVector c50 = TRegister.Zero, c51 = TRegister.Zero;
        TVector c60 = TRegister.Zero, c61 = TRegister.Zero;
        TVector c70 = TRegister.Zero, c71 = TRegister.Zero;
        TVector c80 = TRegister.Zero, c81 = TRegister.Zero;
        TVector c90 = TRegister.Zero, c91 = TRegister.Zero;
        TVector c100 = TRegister.Zero, c101 = TRegister.Zero;
        TVector c110 = TRegister.Zero, c111 = TRegister.Zero;

        // x walks along A and y along B; s and t are the strides in bytes. z walks down the tile of C, which is read and written
        // at the end, and has it fetched, but nothing below it, which would drive B out of L1. Addresses scale a register by 1,
        // 2, 4 or 8, so that the odd multiples of s reach all rows.
        var x = (byte*)a;
        var y = (byte*)b;
        var s = aStride * sizeof(T);
        var s3 = 3 * s;
        var s5 = 5 * s;
        var s7 = 7 * s;
        var s9 = 9 * s;
        var s11 = 11 * s;
        var t = bStride * sizeof(T);
        var z = (byte*)c;
        var u = cStride * sizeof(T);
        var end = z + (TRows.Value * u);

        // The first step multiplies: registers need not be cleared. Then come the steps beyond a multiple of four.
        var first0 = TRegister.Load((T*)y);
        var first1 = TColumns.Value > 1 ? TRegister.Load((T*)y + TRegister.Count) : first0;
        SetRow<TColumns>(*(T*)x, first0, first1, ref c00, ref c01);
        if (TRows.Value > 1) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s))[0] : ((T*)x)[1], first0, first1, ref c10, ref c11);
        if (TRows.Value > 2) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s)))[0] : ((T*)x)[2], first0, first1, ref c20, ref c21);
        if (TRows.Value > 3) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s3))[0] : ((T*)x)[3], first0, first1, ref c30, ref c31);
        if (TRows.Value > 4) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[0] : ((T*)x)[4], first0, first1, ref c40, ref c41);
        if (TRows.Value > 5) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[0] : ((T*)x)[5], first0, first1, ref c50, ref c51);
        if (TRows.Value > 6) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[0] : ((T*)x)[6], first0, first1, ref c60, ref c61);
        if (TRows.Value > 7) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[0] : ((T*)x)[7], first0, first1, ref c70, ref c71);
        if (TRows.Value > 8) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (8 * s)))[0] : ((T*)x)[8], first0, first1, ref c80, ref c81);
        if (TRows.Value > 9) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s9))[0] : ((T*)x)[9], first0, first1, ref c90, ref c91);
        if (TRows.Value > 10) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s5)))[0] : ((T*)x)[10], first0, first1, ref c100, ref c101);
        if (TRows.Value > 11) SetRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s11))[0] : ((T*)x)[11], first0, first1, ref c110, ref c111);
        x += TRowMajor.Value != 0 ? sizeof(T) : s;
        y += t;
        depth--;

        for (; (depth & 3) != 0; depth--)
        {
            var b0 = TRegister.Load((T*)y);
            var b1 = TColumns.Value > 1 ? TRegister.Load((T*)y + TRegister.Count) : b0;
            AddRow<TColumns>(*(T*)x, b0, b1, ref c00, ref c01);
            if (TRows.Value > 1) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s))[0] : ((T*)x)[1], b0, b1, ref c10, ref c11);
            if (TRows.Value > 2) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s)))[0] : ((T*)x)[2], b0, b1, ref c20, ref c21);
            if (TRows.Value > 3) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s3))[0] : ((T*)x)[3], b0, b1, ref c30, ref c31);
            if (TRows.Value > 4) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[0] : ((T*)x)[4], b0, b1, ref c40, ref c41);
            if (TRows.Value > 5) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[0] : ((T*)x)[5], b0, b1, ref c50, ref c51);
            if (TRows.Value > 6) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[0] : ((T*)x)[6], b0, b1, ref c60, ref c61);
            if (TRows.Value > 7) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[0] : ((T*)x)[7], b0, b1, ref c70, ref c71);
            if (TRows.Value > 8) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (8 * s)))[0] : ((T*)x)[8], b0, b1, ref c80, ref c81);
            if (TRows.Value > 9) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s9))[0] : ((T*)x)[9], b0, b1, ref c90, ref c91);
            if (TRows.Value > 10) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s5)))[0] : ((T*)x)[10], b0, b1, ref c100, ref c101);
            if (TRows.Value > 11) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s11))[0] : ((T*)x)[11], b0, b1, ref c110, ref c111);
            x += TRowMajor.Value != 0 ? sizeof(T) : s;
            y += t;
        }

        for (; depth > 0; depth -= 4)
        {
            var b0 = TRegister.Load((T*)y);
            var b1 = TColumns.Value > 1 ? TRegister.Load((T*)y + TRegister.Count) : b0;
            AddRow<TColumns>(*(T*)x, b0, b1, ref c00, ref c01);
            if (TRows.Value > 1) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s))[0] : ((T*)x)[1], b0, b1, ref c10, ref c11);
            if (TRows.Value > 2) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s)))[0] : ((T*)x)[2], b0, b1, ref c20, ref c21);
            if (TRows.Value > 3) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s3))[0] : ((T*)x)[3], b0, b1, ref c30, ref c31);
            if (TRows.Value > 4) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[0] : ((T*)x)[4], b0, b1, ref c40, ref c41);
            if (TRows.Value > 5) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[0] : ((T*)x)[5], b0, b1, ref c50, ref c51);
            if (TRows.Value > 6) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[0] : ((T*)x)[6], b0, b1, ref c60, ref c61);
            if (TRows.Value > 7) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[0] : ((T*)x)[7], b0, b1, ref c70, ref c71);
            if (TRows.Value > 8) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (8 * s)))[0] : ((T*)x)[8], b0, b1, ref c80, ref c81);
            if (TRows.Value > 9) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s9))[0] : ((T*)x)[9], b0, b1, ref c90, ref c91);
            if (TRows.Value > 10) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s5)))[0] : ((T*)x)[10], b0, b1, ref c100, ref c101);
            if (TRows.Value > 11) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s11))[0] : ((T*)x)[11], b0, b1, ref c110, ref c111);

            b0 = TRegister.Load((T*)(y + t));
            b1 = TColumns.Value > 1 ? TRegister.Load((T*)(y + t) + TRegister.Count) : b0;
            AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)x)[1] : ((T*)(x + s))[0], b0, b1, ref c00, ref c01);
            if (TRows.Value > 1) AddRow<TColumns>(((T*)(x + s))[1], b0, b1, ref c10, ref c11);
            if (TRows.Value > 2) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s)))[1] : ((T*)(x + s))[2], b0, b1, ref c20, ref c21);
            if (TRows.Value > 3) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s3))[1] : ((T*)(x + s))[3], b0, b1, ref c30, ref c31);
            if (TRows.Value > 4) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[1] : ((T*)(x + s))[4], b0, b1, ref c40, ref c41);
            if (TRows.Value > 5) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[1] : ((T*)(x + s))[5], b0, b1, ref c50, ref c51);
            if (TRows.Value > 6) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[1] : ((T*)(x + s))[6], b0, b1, ref c60, ref c61);
            if (TRows.Value > 7) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[1] : ((T*)(x + s))[7], b0, b1, ref c70, ref c71);
            if (TRows.Value > 8) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (8 * s)))[1] : ((T*)(x + s))[8], b0, b1, ref c80, ref c81);
            if (TRows.Value > 9) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s9))[1] : ((T*)(x + s))[9], b0, b1, ref c90, ref c91);
            if (TRows.Value > 10) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s5)))[1] : ((T*)(x + s))[10], b0, b1, ref c100, ref c101);
            if (TRows.Value > 11) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s11))[1] : ((T*)(x + s))[11], b0, b1, ref c110, ref c111);

            b0 = TRegister.Load((T*)(y + (2 * t)));
            b1 = TColumns.Value > 1 ? TRegister.Load((T*)(y + (2 * t)) + TRegister.Count) : b0;
            AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)x)[2] : ((T*)(x + (2 * s)))[0], b0, b1, ref c00, ref c01);
            if (TRows.Value > 1) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s))[2] : ((T*)(x + (2 * s)))[1], b0, b1, ref c10, ref c11);
            if (TRows.Value > 2) AddRow<TColumns>(((T*)(x + (2 * s)))[2], b0, b1, ref c20, ref c21);
            if (TRows.Value > 3) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s3))[2] : ((T*)(x + (2 * s)))[3], b0, b1, ref c30, ref c31);
            if (TRows.Value > 4) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[2] : ((T*)(x + (2 * s)))[4], b0, b1, ref c40, ref c41);
            if (TRows.Value > 5) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[2] : ((T*)(x + (2 * s)))[5], b0, b1, ref c50, ref c51);
            if (TRows.Value > 6) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[2] : ((T*)(x + (2 * s)))[6], b0, b1, ref c60, ref c61);
            if (TRows.Value > 7) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[2] : ((T*)(x + (2 * s)))[7], b0, b1, ref c70, ref c71);
            if (TRows.Value > 8) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (8 * s)))[2] : ((T*)(x + (2 * s)))[8], b0, b1, ref c80, ref c81);
            if (TRows.Value > 9) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s9))[2] : ((T*)(x + (2 * s)))[9], b0, b1, ref c90, ref c91);
            if (TRows.Value > 10) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s5)))[2] : ((T*)(x + (2 * s)))[10], b0, b1, ref c100, ref c101);
            if (TRows.Value > 11) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s11))[2] : ((T*)(x + (2 * s)))[11], b0, b1, ref c110, ref c111);

            b0 = TRegister.Load((T*)(y + (3 * t)));
            b1 = TColumns.Value > 1 ? TRegister.Load((T*)(y + (3 * t)) + TRegister.Count) : b0;
            AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)x)[3] : ((T*)(x + s3))[0], b0, b1, ref c00, ref c01);
            if (TRows.Value > 1) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s))[3] : ((T*)(x + s3))[1], b0, b1, ref c10, ref c11);
            if (TRows.Value > 2) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s)))[3] : ((T*)(x + s3))[2], b0, b1, ref c20, ref c21);
            if (TRows.Value > 3) AddRow<TColumns>(((T*)(x + s3))[3], b0, b1, ref c30, ref c31);
            if (TRows.Value > 4) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (4 * s)))[3] : ((T*)(x + s3))[4], b0, b1, ref c40, ref c41);
            if (TRows.Value > 5) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s5))[3] : ((T*)(x + s3))[5], b0, b1, ref c50, ref c51);
            if (TRows.Value > 6) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s3)))[3] : ((T*)(x + s3))[6], b0, b1, ref c60, ref c61);
            if (TRows.Value > 7) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s7))[3] : ((T*)(x + s3))[7], b0, b1, ref c70, ref c71);
            if (TRows.Value > 8) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (8 * s)))[3] : ((T*)(x + s3))[8], b0, b1, ref c80, ref c81);
            if (TRows.Value > 9) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s9))[3] : ((T*)(x + s3))[9], b0, b1, ref c90, ref c91);
            if (TRows.Value > 10) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + (2 * s5)))[3] : ((T*)(x + s3))[10], b0, b1, ref c100, ref c101);
            if (TRows.Value > 11) AddRow<TColumns>(TRowMajor.Value != 0 ? ((T*)(x + s11))[3] : ((T*)(x + s3))[11], b0, b1, ref c110, ref c111);

            if (Sse.IsSupported)
            {
                Sse.Prefetch0(z);
                if (TColumns.Value > 1) Sse.Prefetch0((T*)z + TRegister.Count);
                z += z < end ? u : 0;
            }

            x += TRowMajor.Value != 0 ? 4 * sizeof(T) : 4 * s;
            y += 4 * t;
        }

        if (accumulate)
        {
            if (TRows.Value > 0) c00 = TRegister.Add(c00, TRegister.Load(c + (0 * cStride)));
            if (TRows.Value > 0 && TColumns.Value > 1) c01 = TRegister.Add(c01, TRegister.Load(c + (0 * cStride) + TRegister.Count));
            if (TRows.Value > 1) c10 = TRegister.Add(c10, TRegister.Load(c + (1 * cStride)));
            if (TRows.Value > 1 && TColumns.Value > 1) c11 = TRegister.Add(c11, TRegister.Load(c + (1 * cStride) + TRegister.Count));
            if (TRows.Value > 2) c20 = TRegister.Add(c20, TRegister.Load(c + (2 * cStride)));
            if (TRows.Value > 2 && TColumns.Value > 1) c21 = TRegister.Add(c21, TRegister.Load(c + (2 * cStride) + TRegister.Count));
            if (TRows.Value > 3) c30 = TRegister.Add(c30, TRegister.Load(c + (3 * cStride)));
            if (TRows.Value > 3 && TColumns.Value > 1) c31 = TRegister.Add(c31, TRegister.Load(c + (3 * cStride) + TRegister.Count));
            if (TRows.Value > 4) c40 = TRegister.Add(c40, TRegister.Load(c + (4 * cStride)));
            if (TRows.Value > 4 && TColumns.Value > 1) c41 = TRegister.Add(c41, TRegister.Load(c + (4 * cStride) + TRegister.Count));
            if (TRows.Value > 5) c50 = TRegister.Add(c50, TRegister.Load(c + (5 * cStride)));
            if (TRows.Value > 5 && TColumns.Value > 1) c51 = TRegister.Add(c51, TRegister.Load(c + (5 * cStride) + TRegister.Count));
            if (TRows.Value > 6) c60 = TRegister.Add(c60, TRegister.Load(c + (6 * cStride)));
            if (TRows.Value > 6 && TColumns.Value > 1) c61 = TRegister.Add(c61, TRegister.Load(c + (6 * cStride) + TRegister.Count));
            if (TRows.Value > 7) c70 = TRegister.Add(c70, TRegister.Load(c + (7 * cStride)));
            if (TRows.Value > 7 && TColumns.Value > 1) c71 = TRegister.Add(c71, TRegister.Load(c + (7 * cStride) + TRegister.Count));
            if (TRows.Value > 8) c80 = TRegister.Add(c80, TRegister.Load(c + (8 * cStride)));
            if (TRows.Value > 8 && TColumns.Value > 1) c81 = TRegister.Add(c81, TRegister.Load(c + (8 * cStride) + TRegister.Count));
            if (TRows.Value > 9) c90 = TRegister.Add(c90, TRegister.Load(c + (9 * cStride)));
            if (TRows.Value > 9 && TColumns.Value > 1) c91 = TRegister.Add(c91, TRegister.Load(c + (9 * cStride) + TRegister.Count));
            if (TRows.Value > 10) c100 = TRegister.Add(c100, TRegister.Load(c + (10 * cStride)));
            if (TRows.Value > 10 && TColumns.Value > 1) c101 = TRegister.Add(c101, TRegister.Load(c + (10 * cStride) + TRegister.Count));
            if (TRows.Value > 11) c110 = TRegister.Add(c110, TRegister.Load(c + (11 * cStride)));
            if (TRows.Value > 11 && TColumns.Value > 1) c111 = TRegister.Add(c111, TRegister.Load(c + (11 * cStride) + TRegister.Count));
        }

        if (TRows.Value > 0) TRegister.Store(c00, c + (0 * cStride));
        if (TRows.Value > 0 && TColumns.Value > 1) TRegister.Store(c01, c + (0 * cStride) + TRegister.Count);
        if (TRows.Value > 1) TRegister.Store(c10, c + (1 * cStride));
        if (TRows.Value > 1 && TColumns.Value > 1) TRegister.Store(c11, c + (1 * cStride) + TRegister.Count);
        if (TRows.Value > 2) TRegister.Store(c20, c + (2 * cStride));
        if (TRows.Value > 2 && TColumns.Value > 1) TRegister.Store(c21, c + (2 * cStride) + TRegister.Count);
        if (TRows.Value > 3) TRegister.Store(c30, c + (3 * cStride));
        if (TRows.Value > 3 && TColumns.Value > 1) TRegister.Store(c31, c + (3 * cStride) + TRegister.Count);
        if (TRows.Value > 4) TRegister.Store(c40, c + (4 * cStride));
        if (TRows.Value > 4 && TColumns.Value > 1) TRegister.Store(c41, c + (4 * cStride) + TRegister.Count);
        if (TRows.Value > 5) TRegister.Store(c50, c + (5 * cStride));
        if (TRows.Value > 5 && TColumns.Value > 1) TRegister.Store(c51, c + (5 * cStride) + TRegister.Count);
        if (TRows.Value > 6) TRegister.Store(c60, c + (6 * cStride));
        if (TRows.Value > 6 && TColumns.Value > 1) TRegister.Store(c61, c + (6 * cStride) + TRegister.Count);
        if (TRows.Value > 7) TRegister.Store(c70, c + (7 * cStride));
        if (TRows.Value > 7 && TColumns.Value > 1) TRegister.Store(c71, c + (7 * cStride) + TRegister.Count);
        if (TRows.Value > 8) TRegister.Store(c80, c + (8 * cStride));
        if (TRows.Value > 8 && TColumns.Value > 1) TRegister.Store(c81, c + (8 * cStride) + TRegister.Count);
        if (TRows.Value > 9) TRegister.Store(c90, c + (9 * cStride));
        if (TRows.Value > 9 && TColumns.Value > 1) TRegister.Store(c91, c + (9 * cStride) + TRegister.Count);
        if (TRows.Value > 10) TRegister.Store(c100, c + (10 * cStride));
        if (TRows.Value > 10 && TColumns.Value > 1) TRegister.Store(c101, c + (10 * cStride) + TRegister.Count);
        if (TRows.Value > 11) TRegister.Store(c110, c + (11 * cStride));
        if (TRows.Value > 11 && TColumns.Value > 1) TRegister.Store(c111, c + (11 * cStride) + TRegister.Count);
    }

    // One row of the tile becomes a row of B times an element of A.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetRow<TColumns>(T a, TVector b0, TVector b1, ref TVector c0, ref TVector c1)
        where TColumns : struct, IConstant
    {
        var x = TRegister.Broadcast(a);
        c0 = TRegister.Multiply(x, b0);
        if (TColumns.Value > 1)
        {
            c1 = TRegister.Multiply(x, b1);
        }
    }

    // One row of the tile takes a row of B times an element of A.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow<TColumns>(T a, TVector b0, TVector b1, ref TVector c0, ref TVector c1)
        where TColumns : struct, IConstant
    {
        var x = TRegister.Broadcast(a);
        c0 = TRegister.MultiplyAdd(x, b0, c0);
        if (TColumns.Value > 1)
        {
            c1 = TRegister.MultiplyAdd(x, b1, c1);
        }
    }
}
