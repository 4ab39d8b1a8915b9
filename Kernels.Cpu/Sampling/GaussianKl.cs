using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>
    /// Divergence of diagonal Gaussians, per row, in nats: <c>output[i] = KL(q‖p) = ½ Σ_j (e^d - 1 - d + (mean - priorMean)² exp(-priorLogVariance))</c>, <c>d = logVariance - priorLogVariance</c>.
    /// Nothing is clamped. A row without features gives 0.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mean">Means of <c>q</c>, <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances of <c>q</c>, <c>[B, F]</c>.</param>
    /// <param name="priorMean">Means of <c>p</c>, <c>[B, F]</c>, one row may be repeated (stride 0); absent for the standard normal.</param>
    /// <param name="priorLogVariance">Log variances of <c>p</c>, <c>[B, F]</c>, one row may be repeated; absent exactly when <paramref name="priorMean"/> is.</param>
    /// <param name="output">The divergence of each row, <c>[B]</c>; overwritten.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GaussianKl<T>(ReadOnlyMatrixView<T> mean, ReadOnlyMatrixView<T> logVariance, ReadOnlyMatrixView<T> priorMean, ReadOnlyMatrixView<T> priorLogVariance, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckGaussians(mean, logVariance, priorMean, priorLogVariance);
        Argument.Vector<T>(output, mean.Rows);
        fixed (T* meanFirst = &mean.First, logVarianceFirst = &logVariance.First, priorMeanFirst = &priorMean.First, priorLogVarianceFirst = &priorLogVariance.First, outputFirst = output)
        {
            var rows = new GaussianKlRows<T>
            {
                Terms = new()
                {
                    Mean = new(meanFirst, mean.Stride),
                    LogVariance = new(logVarianceFirst, logVariance.Stride),
                    PriorMean = new(priorMeanFirst, priorMean.Stride),
                    PriorLogVariance = new(priorLogVarianceFirst, priorLogVariance.Stride),
                },
                Output = outputFirst,
                Columns = mean.Columns,
            };
            RowLoop.Run<T, GaussianKlRows<T>>(rows, mean.Rows, mean.Columns, threads);
            if (mean.Columns == 0)
            {
                output.Clear();
            }
        }
    }

    /// <summary>
    /// Gradient of <see cref="GaussianKl"/>, <c>g = dOutput[i]</c>: <c>dMean = g (mean - priorMean) exp(-priorLogVariance)</c>, <c>dLogVariance = ½ g (e^d - 1)</c>, <c>dPriorMean = -dMean</c>,
    /// <c>dPriorLogVariance = ½ g (1 - e^d - (mean - priorMean)² exp(-priorLogVariance))</c>.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mean">Means of <c>q</c>, <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances of <c>q</c>, <c>[B, F]</c>.</param>
    /// <param name="priorMean">Means of <c>p</c>, <c>[B, F]</c>; absent for the standard normal.</param>
    /// <param name="priorLogVariance">Log variances of <c>p</c>, <c>[B, F]</c>; absent exactly when <paramref name="priorMean"/> is.</param>
    /// <param name="dOutput">Gradient of the divergence of each row, <c>[B]</c>.</param>
    /// <param name="dMean">Gradient of the means of <c>q</c>, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dLogVariance">Gradient of the log variances of <c>q</c>, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dPriorMean">Gradient of the means of <c>p</c>, <c>[B, F]</c>; overwritten; may be absent, and must be when there is no prior.</param>
    /// <param name="dPriorLogVariance">Gradient of the log variances of <c>p</c>, <c>[B, F]</c>; overwritten; may be absent, and must be when there is no prior.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GaussianKlBackward<T>(
        ReadOnlyMatrixView<T> mean,
        ReadOnlyMatrixView<T> logVariance,
        ReadOnlyMatrixView<T> priorMean,
        ReadOnlyMatrixView<T> priorLogVariance,
        ReadOnlySpan<T> dOutput,
        MatrixView<T> dMean,
        MatrixView<T> dLogVariance,
        MatrixView<T> dPriorMean = default,
        MatrixView<T> dPriorLogVariance = default,
        int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckGaussians(mean, logVariance, priorMean, priorLogVariance);
        Argument.Vector(dOutput, mean.Rows);
        Argument.OptionalOutput(dMean, mean.Rows, mean.Columns);
        Argument.OptionalOutput(dLogVariance, mean.Rows, mean.Columns);
        Argument.OptionalOutput(dPriorMean, mean.Rows, mean.Columns);
        Argument.OptionalOutput(dPriorLogVariance, mean.Rows, mean.Columns);
        if (priorMean.IsAbsent && !(dPriorMean.IsAbsent && dPriorLogVariance.IsAbsent))
        {
            var name = dPriorMean.IsAbsent ? nameof(dPriorLogVariance) : nameof(dPriorMean);
            throw new ArgumentException($"{name}: expected none, because the standard normal has no parameters, but a matrix was given.", name);
        }

        fixed (T* meanFirst = &mean.First, logVarianceFirst = &logVariance.First, priorMeanFirst = &priorMean.First, priorLogVarianceFirst = &priorLogVariance.First, dOutputFirst = dOutput)
        {
            fixed (T* dMeanFirst = &dMean.First, dLogVarianceFirst = &dLogVariance.First, dPriorMeanFirst = &dPriorMean.First, dPriorLogVarianceFirst = &dPriorLogVariance.First)
            {
                var body = new GaussianKlBackwardBody<T>
                {
                    Terms = new()
                    {
                        Mean = new(meanFirst, mean.Stride),
                        LogVariance = new(logVarianceFirst, logVariance.Stride),
                        PriorMean = new(priorMeanFirst, priorMean.Stride),
                        PriorLogVariance = new(priorLogVarianceFirst, priorLogVariance.Stride),
                    },
                    DOutput = dOutputFirst,
                    DMean = new(dMeanFirst, dMean.Stride),
                    DLogVariance = new(dLogVarianceFirst, dLogVariance.Stride),
                    DPriorMean = new(dPriorMeanFirst, dPriorMean.Stride),
                    DPriorLogVariance = new(dPriorLogVarianceFirst, dPriorLogVariance.Stride),
                };

                // A stride that no operand has keeps the rows apart: each has a gradient of its own.
                ElementwiseLoop.Run<T, GaussianKlBackwardBody<T>>(body, Blocks.Elementwise(mean.Rows, mean.Columns, -1), threads);
            }
        }
    }

    private static void CheckGaussians<T>(ReadOnlyMatrixView<T> mean, ReadOnlyMatrixView<T> logVariance, ReadOnlyMatrixView<T> priorMean, ReadOnlyMatrixView<T> priorLogVariance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(mean);
        Argument.Matrix(logVariance, mean.Rows, mean.Columns);
        if (!(priorMean.IsAbsent && priorLogVariance.IsAbsent))
        {
            Argument.Matrix(priorMean, mean.Rows, mean.Columns);
            Argument.Matrix(priorLogVariance, mean.Rows, mean.Columns);
        }
    }

    private struct GaussianKlRows<T> : IRows<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public GaussianKlTerms<T> Terms;
        public T* Output;
        public nint Columns;

        public readonly void Row<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => Output[row] = T.CreateTruncating(0.5 * RowLoop.Sums<T, TLanes, GaussianKlTerms<T>>(Terms, row, 0, Columns).First);
    }

    private struct GaussianKlTerms<T> : ITerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Mean;
        public Operand<T> LogVariance;
        public Operand<T> PriorMean;
        public Operand<T> PriorLogVariance;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        /// <summary>Twice the divergence of each element.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            Load<TLanes, TAccess>(row, column, count, out var difference, out var error, out var scaledError);
            first = TLanes.FusedMultiplyAdd(error, scaledError, Functions.Expm1<TLanes, T>(difference) - difference);
            second = TLanes.Zero;
        }

        /// <summary><c>d</c>, <c>mean - priorMean</c>, and the same times the precision of the prior.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Load<TLanes, TAccess>(nint row, nint column, int count, out TLanes difference, out TLanes error, out TLanes scaledError)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            difference = LogVariance.Load<TLanes, TAccess>(row, column, count);
            error = Mean.Load<TLanes, TAccess>(row, column, count);
            scaledError = error;
            if (!PriorMean.IsAbsent)
            {
                var priorLogVariance = PriorLogVariance.Load<TLanes, TAccess>(row, column, count);
                difference -= priorLogVariance;
                error -= PriorMean.Load<TLanes, TAccess>(row, column, count);
                scaledError = error * Functions.Exp<TLanes, T>(-priorLogVariance);
            }
        }
    }

    private struct GaussianKlBackwardBody<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public GaussianKlTerms<T> Terms;
        public T* DOutput;
        public Operand<T> DMean;
        public Operand<T> DLogVariance;
        public Operand<T> DPriorMean;
        public Operand<T> DPriorLogVariance;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            Terms.Load<TLanes, TAccess>(row, column, count, out var difference, out var error, out var scaledError);
            var gradient = TLanes.Broadcast(DOutput[row]);
            var halfGradient = TLanes.Constant(0.5) * gradient;
            var excess = Functions.Expm1<TLanes, T>(difference);
            var slope = gradient * scaledError;
            if (!DMean.IsAbsent)
            {
                DMean.Store<TLanes, TAccess>(slope, row, column, count);
            }

            if (!DLogVariance.IsAbsent)
            {
                DLogVariance.Store<TLanes, TAccess>(halfGradient * excess, row, column, count);
            }

            if (!DPriorMean.IsAbsent)
            {
                DPriorMean.Store<TLanes, TAccess>(-slope, row, column, count);
            }

            if (!DPriorLogVariance.IsAbsent)
            {
                DPriorLogVariance.Store<TLanes, TAccess>(-(halfGradient * TLanes.FusedMultiplyAdd(error, scaledError, excess)), row, column, count);
            }
        }
    }
}

internal sealed unsafe partial class CpuSamplingKernels<T>
{
    protected override void GaussianKlCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> priorMean, DeviceMatrix<T> priorLogVariance, DeviceTensor<T> output) =>
        Sampling.GaussianKl<T>(mean.View(), logVariance.View(), priorMean.View(), priorLogVariance.View(), new Span<T>(output.Pointer, checked((int)output.Count)), Threads);

    protected override void GaussianKlBackwardCore(
        DeviceMatrix<T> mean,
        DeviceMatrix<T> logVariance,
        DeviceMatrix<T> priorMean,
        DeviceMatrix<T> priorLogVariance,
        DeviceTensor<T> dOutput,
        DeviceMatrix<T> dMean,
        DeviceMatrix<T> dLogVariance,
        DeviceMatrix<T> dPriorMean,
        DeviceMatrix<T> dPriorLogVariance) =>
        Sampling.GaussianKlBackward<T>(
            mean.View(),
            logVariance.View(),
            priorMean.View(),
            priorLogVariance.View(),
            new ReadOnlySpan<T>(dOutput.Pointer, checked((int)dOutput.Count)),
            dMean.View(),
            dLogVariance.View(),
            dPriorMean.View(),
            dPriorLogVariance.View(),
            Threads);
}
