using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The two inner loops of <c>Responsibilities</c>, with neighbouring data in the lanes: the logits <c>weights[k] + Σ_f parameters[k, f] · u[f, n]</c> of a tile of
/// components and registers of data, and the sums <c>Σ_n r[k, n] · u[f, n]</c> of a tile of components and statistics.
/// </summary>
/// <remarks>
/// <para>Both tiles are held in registers. Logits: 5 components × 4 registers of data are 20 accumulators, 4 registers of a statistic and a parameter in all lanes, 25 of AVX-512's 32; 5 × 2 need 13
/// of the 16 that AVX2 and SSE have. Sums: components · statistics accumulators, a register of every component and one of a statistic: 5 × 5, 4 × 6 and 3 × 8 need 31, 29 and 28 of 32, 3 × 4, 2 × 6 and
/// 1 × 8 need 16, 15 and 10 of 16.</para>
/// <para>Neither copies the statistics: a row of them is read in whole registers, in the lanes that the responsibilities have. A tile of sums is folded across its lanes once per block of data.</para>
/// <para>The sizes of a tile are type arguments: each shape is compiled by itself without the branches below, on first use.</para>
/// </remarks>
internal static unsafe class ResponsibilitiesMicroKernel<T, TVector, TRegister>
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TRegister : struct, IMatrixProductRegister<TVector, T>
{
    private const int MostRows = 5;
    private const int MostFeatures = 8;

    // [rows - 1][1, 2 or 4 columns] and [rows - 1][features - 1]
    private static readonly delegate*<nint, nint, T*, nint, T*, T*, nint, T*, nint, void>[] LogitKernels = new delegate*<nint, nint, T*, nint, T*, T*, nint, T*, nint, void>[MostRows * 3];
    private static readonly delegate*<nint, T*, nint, T*, nint, double*, nint, void>[] SumKernels = new delegate*<nint, T*, nint, T*, nint, double*, nint, void>[MostRows * MostFeatures];

    static ResponsibilitiesMicroKernel()
    {
        Add<Constant1>();
        Add<Constant2>();
        Add<Constant3>();
        Add<Constant4>();
        Add<Constant5>();
    }

    /// <summary>Components of a tile of logits, at most.</summary>
    public static int LogitRows => MostRows;

    /// <summary>Registers of data of a tile of logits.</summary>
    public static int LogitColumns => Is512 ? 4 : 2;

    /// <summary>Components of a tile of sums, at most.</summary>
    public static int SumRows => Is512 ? MostRows : 3;

    private static bool Is512 => sizeof(TVector) == 64;

    /// <summary>Statistics of a tile of sums with so many components, at most.</summary>
    public static int SumFeatures(nint rows) => Is512
        ? rows switch { 5 => 5, 4 => 6, _ => MostFeatures }
        : rows switch { 3 => 4, 2 => 6, _ => MostFeatures };

    /// <summary>The kernel <c>(features, groups of columns, parameters, their stride, weights, statistics, their stride, logits, their stride)</c> of a tile with 1, 2 or 4 registers of data.</summary>
    public static delegate*<nint, nint, T*, nint, T*, T*, nint, T*, nint, void> Logits(nint rows, nint columns) => LogitKernels[(rows - 1) * 3 + columns / 2];

    /// <summary>The kernel <c>(registers, responsibilities, their stride, statistics, their stride, sums, their stride)</c> of a tile; it adds to the sums.</summary>
    public static delegate*<nint, T*, nint, T*, nint, double*, nint, void> Sums(nint rows, nint features) => SumKernels[(rows - 1) * MostFeatures + features - 1];

    private static void Add<TRows>()
        where TRows : struct, IConstant
    {
        var logits = (TRows.Value - 1) * 3;
        LogitKernels[logits] = &Multiply<TRows, Constant1>;
        LogitKernels[logits + 1] = &Multiply<TRows, Constant2>;
        LogitKernels[logits + 2] = &Multiply<TRows, Constant4>;
        var sums = (TRows.Value - 1) * MostFeatures;
        SumKernels[sums] = &Sum<TRows, Constant1>;
        SumKernels[sums + 1] = &Sum<TRows, Constant2>;
        SumKernels[sums + 2] = &Sum<TRows, Constant3>;
        SumKernels[sums + 3] = &Sum<TRows, Constant4>;
        SumKernels[sums + 4] = &Sum<TRows, Constant5>;
        SumKernels[sums + 5] = &Sum<TRows, Constant6>;
        SumKernels[sums + 6] = &Sum<TRows, Constant7>;
        SumKernels[sums + 7] = &Sum<TRows, Constant8>;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TRows, TColumns>(nint features, nint groups, T* parameters, nint parameterStride, T* weights, T* u, nint uStride, T* to, nint stride)
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        var s = parameterStride * sizeof(T);
        var s3 = 3 * s;
        for (; groups > 0; groups--)
        {
            var c00 = TRegister.Broadcast(weights[0]);
            TVector c01 = c00, c02 = c00, c03 = c00;
            var c10 = TRegister.Broadcast(weights[TRows.Value > 1 ? 1 : 0]);
            TVector c11 = c10, c12 = c10, c13 = c10;
            var c20 = TRegister.Broadcast(weights[TRows.Value > 2 ? 2 : 0]);
            TVector c21 = c20, c22 = c20, c23 = c20;
            var c30 = TRegister.Broadcast(weights[TRows.Value > 3 ? 3 : 0]);
            TVector c31 = c30, c32 = c30, c33 = c30;
            var c40 = TRegister.Broadcast(weights[TRows.Value > 4 ? 4 : 0]);
            TVector c41 = c40, c42 = c40, c43 = c40;
            var x = (byte*)parameters;
            var y = u;
            for (var f = features; f > 0; f--)
            {
                var u0 = TRegister.Load((T*)y);
                var u1 = TColumns.Value > 1 ? TRegister.Load((T*)y + TRegister.Count) : u0;
                var u2 = TColumns.Value > 2 ? TRegister.Load((T*)y + (2 * TRegister.Count)) : u0;
                var u3 = TColumns.Value > 3 ? TRegister.Load((T*)y + (3 * TRegister.Count)) : u0;
                AddRow<TColumns>(*(T*)x, u0, u1, u2, u3, ref c00, ref c01, ref c02, ref c03);
                if (TRows.Value > 1) AddRow<TColumns>(*(T*)(x + s), u0, u1, u2, u3, ref c10, ref c11, ref c12, ref c13);
                if (TRows.Value > 2) AddRow<TColumns>(*(T*)(x + (2 * s)), u0, u1, u2, u3, ref c20, ref c21, ref c22, ref c23);
                if (TRows.Value > 3) AddRow<TColumns>(*(T*)(x + s3), u0, u1, u2, u3, ref c30, ref c31, ref c32, ref c33);
                if (TRows.Value > 4) AddRow<TColumns>(*(T*)(x + (4 * s)), u0, u1, u2, u3, ref c40, ref c41, ref c42, ref c43);
                x += sizeof(T);
                y += uStride;
            }

            StoreRow<TColumns>(to, c00, c01, c02, c03);
            if (TRows.Value > 1) StoreRow<TColumns>(to + stride, c10, c11, c12, c13);
            if (TRows.Value > 2) StoreRow<TColumns>(to + (2 * stride), c20, c21, c22, c23);
            if (TRows.Value > 3) StoreRow<TColumns>(to + (3 * stride), c30, c31, c32, c33);
            if (TRows.Value > 4) StoreRow<TColumns>(to + (4 * stride), c40, c41, c42, c43);
            u += TColumns.Value * TRegister.Count;
            to += TColumns.Value * TRegister.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow<TColumns>(T parameter, TVector u0, TVector u1, TVector u2, TVector u3, ref TVector c0, ref TVector c1, ref TVector c2, ref TVector c3)
        where TColumns : struct, IConstant
    {
        var x = TRegister.Broadcast(parameter);
        c0 = TRegister.MultiplyAdd(x, u0, c0);
        if (TColumns.Value > 1) c1 = TRegister.MultiplyAdd(x, u1, c1);
        if (TColumns.Value > 2) c2 = TRegister.MultiplyAdd(x, u2, c2);
        if (TColumns.Value > 3) c3 = TRegister.MultiplyAdd(x, u3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TColumns>(T* to, TVector c0, TVector c1, TVector c2, TVector c3)
        where TColumns : struct, IConstant
    {
        TRegister.Store(c0, to);
        if (TColumns.Value > 1) TRegister.Store(c1, to + TRegister.Count);
        if (TColumns.Value > 2) TRegister.Store(c2, to + (2 * TRegister.Count));
        if (TColumns.Value > 3) TRegister.Store(c3, to + (3 * TRegister.Count));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<TRows, TFeatures>(nint registers, T* r, nint rStride, T* u, nint uStride, double* to, nint stride)
        where TRows : struct, IConstant
        where TFeatures : struct, IConstant
    {
        TVector c00 = TRegister.Zero, c01 = TRegister.Zero, c02 = TRegister.Zero, c03 = TRegister.Zero, c04 = TRegister.Zero, c05 = TRegister.Zero, c06 = TRegister.Zero, c07 = TRegister.Zero;
        TVector c10 = TRegister.Zero, c11 = TRegister.Zero, c12 = TRegister.Zero, c13 = TRegister.Zero, c14 = TRegister.Zero, c15 = TRegister.Zero, c16 = TRegister.Zero, c17 = TRegister.Zero;
        TVector c20 = TRegister.Zero, c21 = TRegister.Zero, c22 = TRegister.Zero, c23 = TRegister.Zero, c24 = TRegister.Zero, c25 = TRegister.Zero, c26 = TRegister.Zero, c27 = TRegister.Zero;
        TVector c30 = TRegister.Zero, c31 = TRegister.Zero, c32 = TRegister.Zero, c33 = TRegister.Zero, c34 = TRegister.Zero, c35 = TRegister.Zero, c36 = TRegister.Zero, c37 = TRegister.Zero;
        TVector c40 = TRegister.Zero, c41 = TRegister.Zero, c42 = TRegister.Zero, c43 = TRegister.Zero, c44 = TRegister.Zero, c45 = TRegister.Zero, c46 = TRegister.Zero, c47 = TRegister.Zero;

        // Addresses scale a register by 1, 2, 4 or 8, so that the odd multiples of the strides reach all rows.
        var x = (byte*)r;
        var y = (byte*)u;
        var s = rStride * sizeof(T);
        var s3 = 3 * s;
        var t = uStride * sizeof(T);
        var t3 = 3 * t;
        var t5 = 5 * t;
        var t7 = 7 * t;
        for (; registers > 0; registers--)
        {
            var r0 = TRegister.Load((T*)x);
            var r1 = TRows.Value > 1 ? TRegister.Load((T*)(x + s)) : r0;
            var r2 = TRows.Value > 2 ? TRegister.Load((T*)(x + (2 * s))) : r0;
            var r3 = TRows.Value > 3 ? TRegister.Load((T*)(x + s3)) : r0;
            var r4 = TRows.Value > 4 ? TRegister.Load((T*)(x + (4 * s))) : r0;
            AddColumn<TRows>(TRegister.Load((T*)y), r0, r1, r2, r3, r4, ref c00, ref c10, ref c20, ref c30, ref c40);
            if (TFeatures.Value > 1) AddColumn<TRows>(TRegister.Load((T*)(y + t)), r0, r1, r2, r3, r4, ref c01, ref c11, ref c21, ref c31, ref c41);
            if (TFeatures.Value > 2) AddColumn<TRows>(TRegister.Load((T*)(y + (2 * t))), r0, r1, r2, r3, r4, ref c02, ref c12, ref c22, ref c32, ref c42);
            if (TFeatures.Value > 3) AddColumn<TRows>(TRegister.Load((T*)(y + t3)), r0, r1, r2, r3, r4, ref c03, ref c13, ref c23, ref c33, ref c43);
            if (TFeatures.Value > 4) AddColumn<TRows>(TRegister.Load((T*)(y + (4 * t))), r0, r1, r2, r3, r4, ref c04, ref c14, ref c24, ref c34, ref c44);
            if (TFeatures.Value > 5) AddColumn<TRows>(TRegister.Load((T*)(y + t5)), r0, r1, r2, r3, r4, ref c05, ref c15, ref c25, ref c35, ref c45);
            if (TFeatures.Value > 6) AddColumn<TRows>(TRegister.Load((T*)(y + (2 * t3))), r0, r1, r2, r3, r4, ref c06, ref c16, ref c26, ref c36, ref c46);
            if (TFeatures.Value > 7) AddColumn<TRows>(TRegister.Load((T*)(y + t7)), r0, r1, r2, r3, r4, ref c07, ref c17, ref c27, ref c37, ref c47);
            x += sizeof(TVector);
            y += sizeof(TVector);
        }

        AddSums<TFeatures>(to, c00, c01, c02, c03, c04, c05, c06, c07);
        if (TRows.Value > 1) AddSums<TFeatures>(to + stride, c10, c11, c12, c13, c14, c15, c16, c17);
        if (TRows.Value > 2) AddSums<TFeatures>(to + (2 * stride), c20, c21, c22, c23, c24, c25, c26, c27);
        if (TRows.Value > 3) AddSums<TFeatures>(to + (3 * stride), c30, c31, c32, c33, c34, c35, c36, c37);
        if (TRows.Value > 4) AddSums<TFeatures>(to + (4 * stride), c40, c41, c42, c43, c44, c45, c46, c47);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddColumn<TRows>(TVector u, TVector r0, TVector r1, TVector r2, TVector r3, TVector r4, ref TVector c0, ref TVector c1, ref TVector c2, ref TVector c3, ref TVector c4)
        where TRows : struct, IConstant
    {
        c0 = TRegister.MultiplyAdd(r0, u, c0);
        if (TRows.Value > 1) c1 = TRegister.MultiplyAdd(r1, u, c1);
        if (TRows.Value > 2) c2 = TRegister.MultiplyAdd(r2, u, c2);
        if (TRows.Value > 3) c3 = TRegister.MultiplyAdd(r3, u, c3);
        if (TRows.Value > 4) c4 = TRegister.MultiplyAdd(r4, u, c4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums<TFeatures>(double* to, TVector c0, TVector c1, TVector c2, TVector c3, TVector c4, TVector c5, TVector c6, TVector c7)
        where TFeatures : struct, IConstant
    {
        to[0] += double.CreateTruncating(TRegister.Sum(c0));
        if (TFeatures.Value > 1) to[1] += double.CreateTruncating(TRegister.Sum(c1));
        if (TFeatures.Value > 2) to[2] += double.CreateTruncating(TRegister.Sum(c2));
        if (TFeatures.Value > 3) to[3] += double.CreateTruncating(TRegister.Sum(c3));
        if (TFeatures.Value > 4) to[4] += double.CreateTruncating(TRegister.Sum(c4));
        if (TFeatures.Value > 5) to[5] += double.CreateTruncating(TRegister.Sum(c5));
        if (TFeatures.Value > 6) to[6] += double.CreateTruncating(TRegister.Sum(c6));
        if (TFeatures.Value > 7) to[7] += double.CreateTruncating(TRegister.Sum(c7));
    }
}
