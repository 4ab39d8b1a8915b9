using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary><c>x ~ N(μ, Λ⁻¹)</c>, with a multivariate Gaussian mean <c>μ</c> (first, <c>(⟨μ⟩, ⟨μμᵀ⟩)</c>) and a Wishart precision <c>Λ</c> (second, <c>(⟨log det Λ⟩, ⟨Λ⟩)</c>).</summary>
/// <remarks><c>s = (1, x, upper triangle of xxᵀ by rows)</c>: <c>1 + p + p(p+1)/2</c> rows. <c>g = (½(⟨log det Λ⟩ - p log 2π - tr ⟨Λ⟩⟨μμᵀ⟩), ⟨Λ⟩⟨μ⟩, -½⟨Λ_ii⟩ and -⟨Λ_ij⟩)</c>. Of matrices the upper triangle is read; messages are symmetric.</remarks>
public readonly struct MultivariateGaussianConditional : IConditional
{
    /// <inheritdoc/>
    public static int StatisticsRows(int dimension) => 1 + dimension + dimension * (dimension + 1) / 2;

    /// <inheritdoc/>
    public static int ChildRows(int dimension) => dimension * (dimension + 1);

    /// <inheritdoc/>
    public static int FirstRows(int dimension) => dimension * (dimension + 1);

    /// <inheritdoc/>
    public static int SecondRows(int dimension) => 1 + dimension * dimension;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Statistics<TLanes, T>(Plate<TLanes, T> child, Plate<TLanes, T> statistics, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        statistics[0] = TLanes.Constant(1);
        nint next = 1 + dimension;
        for (nint i = 0; i < dimension; i++)
        {
            statistics[1 + i] = child[i];
            for (var j = i; j < dimension; j++)
            {
                statistics[next++] = child[dimension + i * dimension + j];
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Parameters<TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> parameters, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var trace = TLanes.Zero;
        nint next = 1 + dimension;
        for (nint i = 0; i < dimension; i++)
        {
            var linear = TLanes.Zero;
            for (nint j = 0; j < dimension; j++)
            {
                var precision = second[1 + Math.Min(i, j) * dimension + Math.Max(i, j)];
                linear = TLanes.FusedMultiplyAdd(precision, first[j], linear);
                if (j >= i)
                {
                    var once = j == i ? TLanes.Constant(-0.5) * precision : -precision;
                    parameters[next++] = once;
                    trace = TLanes.FusedMultiplyAdd(once, first[dimension + i * dimension + j], trace);
                }
            }

            parameters[1 + i] = linear;
        }

        parameters[0] = TLanes.FusedMultiplyAdd(TLanes.Constant(0.5), second[0] - TLanes.Constant(dimension * GaussianConditional.LogTwoPi), trace);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToChild<TLanes, T>(Plate<TLanes, T> parameters, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint next = 1 + dimension;
        for (nint i = 0; i < dimension; i++)
        {
            message[i] = parameters[1 + i];
            message[dimension + i * dimension + i] = parameters[next++];
            for (var j = i + 1; j < dimension; j++)
            {
                var half = TLanes.Constant(0.5) * parameters[next++];
                message[dimension + i * dimension + j] = half;
                message[dimension + j * dimension + i] = half;
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToFirst<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> second, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var scale = TLanes.Constant(-0.5) * statistics[0];
        for (nint i = 0; i < dimension; i++)
        {
            var linear = TLanes.Zero;
            for (nint j = 0; j < dimension; j++)
            {
                var precision = second[1 + Math.Min(i, j) * dimension + Math.Max(i, j)];
                linear = TLanes.FusedMultiplyAdd(precision, statistics[1 + j], linear);
                message[dimension + i * dimension + j] = scale * precision;
            }

            message[i] = linear;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToSecond<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> first, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        message[0] = TLanes.Constant(0.5) * statistics[0];
        nint next = 1 + dimension;
        for (nint i = 0; i < dimension; i++)
        {
            for (var j = i; j < dimension; j++)
            {
                // Σ xxᵀ - Σx ⟨μ⟩ᵀ - ⟨μ⟩ Σxᵀ + n ⟨μμᵀ⟩
                var cross = TLanes.FusedMultiplyAdd(statistics[1 + i], first[j], first[i] * statistics[1 + j]);
                var scatter = TLanes.FusedMultiplyAdd(statistics[0], first[dimension + i * dimension + j], statistics[next++] - cross);
                var half = TLanes.Constant(-0.5) * scatter;
                message[1 + i * dimension + j] = half;
                message[1 + j * dimension + i] = half;
            }
        }
    }
}
