using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>The tables of a topic model, one row per document or word with the topics side by side; those of the contract have one column each.</summary>
internal static unsafe class TokenTable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements of a row: whole registers of the width that <see cref="LanesWork"/> picks for so many topics.</summary>
    public static nint Stride(nint topics)
    {
        if (topics == 1)
        {
            return 1;
        }

        nint lanes = Vector512<T>.Count;
        return topics >= lanes ? (topics + lanes - 1) / lanes * lanes : Math.Max(Vector128<T>.Count, (nint)BitOperations.RoundUpToPowerOf2((nuint)topics));
    }

    /// <summary><c>exp(l - max l)</c> of every column, and <c>max l</c>, the lowest finite number where all are <c>-∞</c>.</summary>
    public static void Exponentials(PlateOperand<T> logs, nint columns, T* rows, T* shifts, nint stride, int threads)
    {
        var work = new ExponentialWork { Logs = logs, Columns = columns, Rows = rows, Shifts = shifts, Stride = stride };
        work.Run(threads);
    }

    /// <summary>Copies rows to the columns of a matrix, or clears it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(T* rows, nint stride, nint count, nint topics, PlateOperand<T> to, bool clear)
    {
        for (nint k = 0; k < topics; k++)
        {
            var row = to.First + k * to.Stride;
            for (nint i = 0; i < count; i++)
            {
                row[i] = clear ? T.Zero : rows[i * stride + k];
            }
        }
    }

    /// <summary>Neighbouring columns in the lanes, then one scalar at a time to their rows.</summary>
    private struct ExponentialWork : ILanesWork<T>
    {
        public PlateOperand<T> Logs;
        public nint Columns;
        public T* Rows;
        public T* Shifts;
        public nint Stride;

        private readonly nint PerBlock => Math.Max(64, Blocks.Elements / Logs.Rows / 64 * 64);

        public void Run(int threads) => LanesWork.For<ExponentialWork, T>(ref this, (int)((Columns + PerBlock - 1) / PerBlock), threads, Columns);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var end = Math.Min((block + 1) * PerBlock, Columns);
            var tile = stackalloc T[16];
            for (var column = block * PerBlock; column < end; column += TLanes.Count)
            {
                var lanes = (int)Math.Min(TLanes.Count, end - column);
                var maximum = TLanes.Constant(sizeof(T) == 4 ? float.MinValue : double.MinValue);
                for (nint k = 0; k < Logs.Rows; k++)
                {
                    maximum = TLanes.AtLeast(LogDomain.Load<TLanes, T>(Logs.First + k * Logs.Stride + column, lanes), maximum);
                }

                LogDomain.Store<TLanes, T>(maximum, Shifts + column, lanes);
                for (nint k = 0; k < Stride; k++)
                {
                    var value = TLanes.Zero;
                    if (k < Logs.Rows)
                    {
                        value = Functions.ExpOfNotPositive<TLanes, T>(LogDomain.Load<TLanes, T>(Logs.First + k * Logs.Stride + column, lanes) - maximum);
                    }

                    TLanes.Store(value, tile);
                    for (var lane = 0; lane < lanes; lane++)
                    {
                        Rows[(column + lane) * Stride + k] = tile[lane];
                    }
                }
            }
        }
    }
}

/// <summary>The logarithm of a product of many numbers, without a logarithm of each.</summary>
internal static unsafe class LogOfProduct
{
    /// <summary><c>Σ log x</c> of at most 256 positive normal numbers: their mantissas, between ¾ and 3/2, are multiplied, their exponents added.</summary>
    public static double Of<T>(T* values, nint count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return Vector512.IsHardwareAccelerated ? Of<Lanes512<T>, T>(values, count)
            : Vector256.IsHardwareAccelerated ? Of<Lanes256<T>, T>(values, count)
            : Of<Lanes128<T>, T>(values, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double Of<TLanes, T>(T* values, nint count)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TLanes product = TLanes.Constant(1), exponents = TLanes.Zero;
        nint i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            var value = TLanes.Load(values + i);
            product *= TLanes.Mantissa(value);
            exponents += TLanes.Exponent(value);
        }

        if (i < count)
        {
            var lanes = (int)(count - i);
            var value = TLanes.LoadPartial(values + i, lanes);
            value = TLanes.Select(TLanes.Equal(value, TLanes.Zero), TLanes.Constant(1), value);
            product *= TLanes.Mantissa(value);
            exponents += TLanes.Exponent(value);
        }

        return double.CreateTruncating(TLanes.Sum(Functions.Log<TLanes, T>(product))) + 0.69314718055994531 * double.CreateTruncating(TLanes.Sum(exponents));
    }
}
