using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>Squared error, without a factor ½: <c>Σ (prediction - target)²</c>; 0 for empty matrices.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="prediction">Predictions <c>[B, F]</c>.</param>
    /// <param name="target">Targets <c>[B, F]</c>.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    /// <returns>The sum, in nats.</returns>
    public static T SquaredError<T>(ReadOnlyMatrixView<T> prediction, ReadOnlyMatrixView<T> target, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(prediction);
        Argument.Matrix(target, prediction.Rows, prediction.Columns);
        fixed (T* predictionFirst = &prediction.First, targetFirst = &target.First)
        {
            var body = new SquaredErrorBody<T> { Prediction = new(predictionFirst, prediction.Stride), Target = new(targetFirst, target.Stride) };
            var blocks = Blocks.Elementwise(prediction.Rows, prediction.Columns, prediction.Stride, target.Stride);
            return T.CreateTruncating(SumLoop.Run<T, SquaredErrorBody<T>>(body, blocks, threads));
        }
    }

    /// <summary>Gradient of <see cref="SquaredError"/>: <c>dPrediction = 2c (prediction - target) = -dTarget</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="prediction">Predictions <c>[B, F]</c>.</param>
    /// <param name="target">Targets <c>[B, F]</c>.</param>
    /// <param name="scale">Gradient of the loss, <c>c</c>: 1 for a sum, <c>1/B</c> for a mean per row.</param>
    /// <param name="dPrediction">Gradient of the predictions, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dTarget">Gradient of the targets, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void SquaredErrorBackward<T>(ReadOnlyMatrixView<T> prediction, ReadOnlyMatrixView<T> target, T scale, MatrixView<T> dPrediction, MatrixView<T> dTarget, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(prediction);
        Argument.Matrix(target, prediction.Rows, prediction.Columns);
        Argument.OptionalOutput(dPrediction, prediction.Rows, prediction.Columns);
        Argument.OptionalOutput(dTarget, prediction.Rows, prediction.Columns);
        fixed (T* predictionFirst = &prediction.First, targetFirst = &target.First, dPredictionFirst = &dPrediction.First, dTargetFirst = &dTarget.First)
        {
            var body = new SquaredErrorBody<T>
            {
                Prediction = new(predictionFirst, prediction.Stride),
                Target = new(targetFirst, target.Stride),
                DPrediction = new(dPredictionFirst, dPrediction.Stride),
                DTarget = new(dTargetFirst, dTarget.Stride),
                Factor = scale + scale,
            };
            var blocks = Blocks.Elementwise(
                prediction.Rows,
                prediction.Columns,
                prediction.Stride,
                target.Stride,
                dPrediction.IsAbsent ? target.Stride : dPrediction.Stride,
                dTarget.IsAbsent ? target.Stride : dTarget.Stride);
            ElementwiseLoop.Run<T, SquaredErrorBody<T>>(body, blocks, threads);
        }
    }

    private struct SquaredErrorBody<T> : ITerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Prediction;
        public Operand<T> Target;
        public Operand<T> DPrediction;
        public Operand<T> DTarget;
        public T Factor;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var difference = Prediction.Load<TLanes, TAccess>(row, column, count) - Target.Load<TLanes, TAccess>(row, column, count);
            first = difference * difference;
            second = TLanes.Zero;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var difference = Prediction.Load<TLanes, TAccess>(row, column, count) - Target.Load<TLanes, TAccess>(row, column, count);
            var gradient = TLanes.Broadcast(Factor) * difference;
            if (!DPrediction.IsAbsent)
            {
                DPrediction.Store<TLanes, TAccess>(gradient, row, column, count);
            }

            if (!DTarget.IsAbsent)
            {
                DTarget.Store<TLanes, TAccess>(-gradient, row, column, count);
            }
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void SquaredErrorCore(DeviceMatrix<T> prediction, DeviceMatrix<T> target, DeviceTensor<T> loss) =>
        *loss.Pointer = Dense.SquaredError<T>(prediction.View(), target.View(), Threads);

    protected override void SquaredErrorBackwardCore(DeviceMatrix<T> prediction, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dPrediction, DeviceMatrix<T> dTarget) =>
        Dense.SquaredErrorBackward(prediction.View(), target.View(), scale, dPrediction.View(), dTarget.View(), Threads);
}
