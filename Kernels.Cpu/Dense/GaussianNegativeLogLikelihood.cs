using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>Negative log-likelihood of a Gaussian, constant included: <c>½ Σ (logVariance + (target - mean)² exp(-logVariance) + log 2π)</c>; 0 for empty matrices.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mean">Means <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances <c>[B, F]</c>; not clamped.</param>
    /// <param name="target">Targets <c>[B, F]</c>.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    /// <returns>The sum, in nats.</returns>
    public static T GaussianNegativeLogLikelihood<T>(ReadOnlyMatrixView<T> mean, ReadOnlyMatrixView<T> logVariance, ReadOnlyMatrixView<T> target, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(mean);
        Argument.Matrix(logVariance, mean.Rows, mean.Columns);
        Argument.Matrix(target, mean.Rows, mean.Columns);
        fixed (T* meanFirst = &mean.First, logVarianceFirst = &logVariance.First, targetFirst = &target.First)
        {
            var body = new GaussianBody<T>
            {
                Mean = new(meanFirst, mean.Stride),
                LogVariance = new(logVarianceFirst, logVariance.Stride),
                Target = new(targetFirst, target.Stride),
            };
            var blocks = Blocks.Elementwise(mean.Rows, mean.Columns, mean.Stride, logVariance.Stride, target.Stride);
            return T.CreateTruncating(0.5 * SumLoop.Run<T, GaussianBody<T>>(body, blocks, threads));
        }
    }

    /// <summary>Gradient of <see cref="GaussianNegativeLogLikelihood"/>: <c>dMean = c (mean - target) exp(-logVariance)</c>, <c>dLogVariance = ½c (1 - (target - mean)² exp(-logVariance))</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mean">Means <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances <c>[B, F]</c>; not clamped.</param>
    /// <param name="target">Targets <c>[B, F]</c>.</param>
    /// <param name="scale">Gradient of the loss, <c>c</c>: 1 for a sum, <c>1/B</c> for a mean per row.</param>
    /// <param name="dMean">Gradient of the means, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dLogVariance">Gradient of the log variances, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GaussianNegativeLogLikelihoodBackward<T>(ReadOnlyMatrixView<T> mean, ReadOnlyMatrixView<T> logVariance, ReadOnlyMatrixView<T> target, T scale, MatrixView<T> dMean, MatrixView<T> dLogVariance, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(mean);
        Argument.Matrix(logVariance, mean.Rows, mean.Columns);
        Argument.Matrix(target, mean.Rows, mean.Columns);
        Argument.OptionalOutput(dMean, mean.Rows, mean.Columns);
        Argument.OptionalOutput(dLogVariance, mean.Rows, mean.Columns);
        fixed (T* meanFirst = &mean.First, logVarianceFirst = &logVariance.First, targetFirst = &target.First, dMeanFirst = &dMean.First, dLogVarianceFirst = &dLogVariance.First)
        {
            var body = new GaussianBody<T>
            {
                Mean = new(meanFirst, mean.Stride),
                LogVariance = new(logVarianceFirst, logVariance.Stride),
                Target = new(targetFirst, target.Stride),
                DMean = new(dMeanFirst, dMean.Stride),
                DLogVariance = new(dLogVarianceFirst, dLogVariance.Stride),
                Scale = scale,
            };
            var blocks = Blocks.Elementwise(
                mean.Rows,
                mean.Columns,
                mean.Stride,
                logVariance.Stride,
                target.Stride,
                dMean.IsAbsent ? mean.Stride : dMean.Stride,
                dLogVariance.IsAbsent ? mean.Stride : dLogVariance.Stride);
            ElementwiseLoop.Run<T, GaussianBody<T>>(body, blocks, threads);
        }
    }

    private struct GaussianBody<T> : ITerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Mean;
        public Operand<T> LogVariance;
        public Operand<T> Target;
        public Operand<T> DMean;
        public Operand<T> DLogVariance;
        public T Scale;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        /// <summary>Twice the loss of each element.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var logVariance = LogVariance.Load<TLanes, TAccess>(row, column, count);
            var difference = Mean.Load<TLanes, TAccess>(row, column, count) - Target.Load<TLanes, TAccess>(row, column, count);
            var precision = Functions.Exp<TLanes, T>(-logVariance);
            first = TLanes.FusedMultiplyAdd(difference * difference, precision, logVariance) + TLanes.Constant(1.8378770664093454836); // log 2π
            second = TLanes.Zero;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var scale = TLanes.Broadcast(Scale);
            var difference = Mean.Load<TLanes, TAccess>(row, column, count) - Target.Load<TLanes, TAccess>(row, column, count);
            var precision = Functions.Exp<TLanes, T>(-LogVariance.Load<TLanes, TAccess>(row, column, count));
            if (!DMean.IsAbsent)
            {
                DMean.Store<TLanes, TAccess>(scale * (difference * precision), row, column, count);
            }

            if (!DLogVariance.IsAbsent)
            {
                var gradient = TLanes.FusedMultiplyAdd(-(difference * difference), precision, TLanes.Constant(1));
                DLogVariance.Store<TLanes, TAccess>(TLanes.Constant(0.5) * scale * gradient, row, column, count);
            }
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void GaussianNegativeLogLikelihoodCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, DeviceTensor<T> loss) =>
        *loss.Pointer = Dense.GaussianNegativeLogLikelihood<T>(mean.View(), logVariance.View(), target.View(), Threads);

    protected override void GaussianNegativeLogLikelihoodBackwardCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance) =>
        Dense.GaussianNegativeLogLikelihoodBackward(mean.View(), logVariance.View(), target.View(), scale, dMean.View(), dLogVariance.View(), Threads);
}
