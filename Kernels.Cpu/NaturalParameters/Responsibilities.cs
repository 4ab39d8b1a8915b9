using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.Responsibilities"/>: the expectation step of a mixture in one pass over the data.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="statistics">Sufficient statistics of the data, <c>[F, N]</c>.</param>
    /// <param name="parameters">Natural parameters of the components, <c>[K, F]</c>, <c>K</c> at least 1.</param>
    /// <param name="logWeights">Log weights <c>[K]</c>.</param>
    /// <param name="responsibilities"><c>r [K, N]</c>; overwritten; may be absent.</param>
    /// <param name="counts">Expected numbers of data <c>[K]</c>; overwritten.</param>
    /// <param name="sums">Expected sums of statistics <c>[K, F]</c>; overwritten.</param>
    /// <param name="logEvidence">Log evidence of all data, in nats.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first datum with a logit that is NaN or <c>+∞</c>, or -1.</returns>
    public static long Responsibilities<T>(
        ReadOnlyMatrixView<T> statistics,
        ReadOnlyMatrixView<T> parameters,
        ReadOnlySpan<T> logWeights,
        MatrixView<T> responsibilities,
        Span<T> counts,
        MatrixView<T> sums,
        out T logEvidence,
        int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(statistics);
        Argument.Present(parameters);
        if (parameters.Rows < 1)
        {
            throw new ArgumentException($"parameters: expected at least one row, one per component, but got shape [{parameters.Rows}, {parameters.Columns}].", nameof(parameters));
        }

        Argument.Matrix(parameters, parameters.Rows, statistics.Rows);
        Argument.Vector(logWeights, parameters.Rows);
        Argument.OptionalOutput(responsibilities, parameters.Rows, statistics.Columns);
        Argument.Vector<T>(counts, parameters.Rows);
        Argument.Output(sums, parameters.Rows, statistics.Rows);
        fixed (T* u = &statistics.First, eta = &parameters.First, weights = logWeights, r = &responsibilities.First, count = counts, sum = &sums.First)
        {
            var mixture = new MixtureData<T>
            {
                Components = parameters.Rows,
                Features = statistics.Rows,
                Data = statistics.Columns,
                Statistics = u,
                StatisticsStride = statistics.Stride,
                Parameters = eta,
                ParametersStride = parameters.Stride,
                LogWeights = weights,
                Responsibilities = r,
                ResponsibilitiesStride = responsibilities.Stride,
            };
            return ResponsibilitiesWork.Run(mixture, count, sum, sums.Stride, out logEvidence, threads);
        }
    }
}

/// <summary>What the expectation step of a mixture reads, and the responsibilities if they are wanted.</summary>
internal unsafe struct MixtureData<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public nint Components;
    public nint Features;
    public nint Data;
    public T* Statistics;
    public nint StatisticsStride;
    public T* Parameters;
    public nint ParametersStride;
    public T* LogWeights;
    public T* Responsibilities;
    public nint ResponsibilitiesStride;
}

/// <summary>The expectation step of a mixture: cuts the data into pieces, and adds up what the pieces give in their order.</summary>
internal static unsafe class ResponsibilitiesWork
{
    // More pieces than threads will ever be, few enough that adding up their sums is nothing beside making them.
    private const nint MostPieces = 64;

    // Multiply-adds of a piece, at least: some microseconds.
    private const nint LeastWork = 1 << 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Run<T>(in MixtureData<T> mixture, T* counts, T* sums, nint sumsStride, out T logEvidence, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (components, features) = (mixture.Components, mixture.Features);
        var block = BlockData<T>(components, features);
        var blocks = (mixture.Data + block - 1) / block;
        var perPiece = Math.Max((blocks + MostPieces - 1) / MostPieces, LeastWork / (block * components * (features + 8)));
        perPiece = Math.Max(perPiece, 1);
        var pieces = (int)((blocks + perPiece - 1) / perPiece);
        var totals = components * (features + 1) + 1;
        using var scratch = Scratch.Rent(Scratch.SizeOf<double>(Math.Max(pieces, 1) * totals));
        var total = scratch.Take<double>(Math.Max(pieces, 1) * totals);
        new Span<double>(total, checked((int)(Math.Max(pieces, 1) * totals))).Clear();
        if (Vector512.IsHardwareAccelerated && mixture.Data > Vector256<T>.Count)
        {
            Run<T, Vector512<T>, MatrixProductRegister512<T>, Lanes512<T>>(mixture, block, perPiece, pieces, total, threads);
        }
        else if (Vector256.IsHardwareAccelerated && mixture.Data > Vector128<T>.Count)
        {
            Run<T, Vector256<T>, MatrixProductRegister256<T>, Lanes256<T>>(mixture, block, perPiece, pieces, total, threads);
        }
        else
        {
            Run<T, Vector128<T>, MatrixProductRegister128<T>, Lanes128<T>>(mixture, block, perPiece, pieces, total, threads);
        }

        for (nint piece = 1; piece < pieces; piece++)
        {
            for (nint i = 0; i < totals; i++)
            {
                total[i] += total[piece * totals + i];
            }
        }

        for (nint k = 0; k < components; k++)
        {
            for (nint f = 0; f < features; f++)
            {
                sums[k * sumsStride + f] = T.CreateTruncating(total[k * features + f]);
            }

            counts[k] = T.CreateTruncating(total[components * features + k]);
        }

        var evidence = total[totals - 1];
        logEvidence = T.CreateTruncating(evidence);
        return double.IsNaN(evidence) ? FirstWithoutLogits(mixture) : -1;
    }

    // Statistics, responsibilities and their sums share the second-level cache; the fewer the blocks, the fewer sums are folded across their lanes. Small models stay in the first level.
    private static nint BlockData<T>(nint components, nint features)
        where T : unmanaged => (components + features) * 2048 <= 24 * 1024 ? 2048 / sizeof(T) : 4096 / sizeof(T);

    private static void Run<T, TVector, TRegister, TLanes>(in MixtureData<T> mixture, nint block, nint perPiece, int pieces, double* total, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged
        where TRegister : struct, IMatrixProductRegister<TVector, T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var work = new ResponsibilitiesWork<T, TVector, TRegister, TLanes>(mixture, block, perPiece, total);
        Workers.For(ref work, pieces, threads);
    }

    // Rare: the evidence is NaN, and somebody wants to know why.
    private static long FirstWithoutLogits<T>(in MixtureData<T> mixture)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint n = 0; n < mixture.Data; n++)
        {
            for (nint k = 0; k < mixture.Components; k++)
            {
                var logit = mixture.LogWeights[k];
                for (nint f = 0; f < mixture.Features; f++)
                {
                    logit = T.MultiplyAddEstimate(mixture.Parameters[k * mixture.ParametersStride + f], mixture.Statistics[f * mixture.StatisticsStride + n], logit);
                }

                if (T.IsNaN(logit) || T.IsPositiveInfinity(logit))
                {
                    return n;
                }
            }
        }

        return -1;
    }
}

internal sealed unsafe partial class CpuNaturalParameterKernels<T>
{
    protected override void ResponsibilitiesCore(
        DeviceMatrix<T> statistics,
        DeviceMatrix<T> parameters,
        DeviceTensor<T> logWeights,
        DeviceMatrix<T> responsibilities,
        DeviceTensor<T> counts,
        DeviceMatrix<T> sums,
        DeviceTensor<T> logEvidence)
    {
        var mixture = new MixtureData<T>
        {
            Components = (nint)parameters.Rows,
            Features = (nint)statistics.Rows,
            Data = (nint)statistics.Columns,
            Statistics = FactorGroup<T>.Pointer(statistics),
            StatisticsStride = (nint)statistics.Stride,
            Parameters = FactorGroup<T>.Pointer(parameters),
            ParametersStride = (nint)parameters.Stride,
            LogWeights = logWeights.Pointer,
            Responsibilities = FactorGroup<T>.Pointer(responsibilities),
            ResponsibilitiesStride = (nint)responsibilities.Stride,
        };
        var fault = ResponsibilitiesWork.Run(mixture, counts.Pointer, FactorGroup<T>.Pointer(sums), (nint)sums.Stride, out *logEvidence.Pointer, device.Threads);
        if (fault >= 0)
        {
            device.ReportFault(fault);
        }
    }
}
