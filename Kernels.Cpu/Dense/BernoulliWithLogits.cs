using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>Negative log-likelihood of Bernoulli variables given by logits: <c>Σ (max(l, 0) - l·t + log(1 + exp(-|l|)))</c>, <c>l</c> logits, <c>t</c> targets; 0 for empty matrices.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Logits <c>[B, F]</c>.</param>
    /// <param name="target">Targets in <c>[0, 1]</c>, <c>[B, F]</c>.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    /// <returns>The sum, in nats.</returns>
    public static T BernoulliWithLogits<T>(ReadOnlyMatrixView<T> logits, ReadOnlyMatrixView<T> target, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logits);
        Argument.Matrix(target, logits.Rows, logits.Columns);
        fixed (T* logitsFirst = &logits.First, targetFirst = &target.First)
        {
            var body = new BernoulliBody<T> { Logits = new(logitsFirst, logits.Stride), Target = new(targetFirst, target.Stride) };
            var blocks = Blocks.Elementwise(logits.Rows, logits.Columns, logits.Stride, target.Stride);
            return T.CreateTruncating(SumLoop.Run<T, BernoulliBody<T>>(body, blocks, threads));
        }
    }

    /// <summary>Gradient of <see cref="BernoulliWithLogits"/>: <c>dLogits = c (σ(logits) - target)</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Logits <c>[B, F]</c>.</param>
    /// <param name="target">Targets in <c>[0, 1]</c>, <c>[B, F]</c>.</param>
    /// <param name="scale">Gradient of the loss, <c>c</c>: 1 for a sum, <c>1/B</c> for a mean per row.</param>
    /// <param name="dLogits">Gradient of the logits, <c>[B, F]</c>; overwritten; absent: nothing is computed.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void BernoulliWithLogitsBackward<T>(ReadOnlyMatrixView<T> logits, ReadOnlyMatrixView<T> target, T scale, MatrixView<T> dLogits, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logits);
        Argument.Matrix(target, logits.Rows, logits.Columns);
        Argument.OptionalOutput(dLogits, logits.Rows, logits.Columns);
        if (dLogits.IsAbsent)
        {
            return;
        }

        fixed (T* logitsFirst = &logits.First, targetFirst = &target.First, dLogitsFirst = &dLogits.First)
        {
            var body = new BernoulliBody<T>
            {
                Logits = new(logitsFirst, logits.Stride),
                Target = new(targetFirst, target.Stride),
                DLogits = new(dLogitsFirst, dLogits.Stride),
                Scale = scale,
            };
            var blocks = Blocks.Elementwise(logits.Rows, logits.Columns, logits.Stride, target.Stride, dLogits.Stride);
            ElementwiseLoop.Run<T, BernoulliBody<T>>(body, blocks, threads);
        }
    }

    private struct BernoulliBody<T> : ITerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Logits;
        public Operand<T> Target;
        public Operand<T> DLogits;
        public T Scale;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        // max(l, 0) - l·t cancels where a target of 1 meets a large logit: |l| · (t or 1 - t), whichever belongs to the sign, does not.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var logits = Logits.Load<TLanes, TAccess>(row, column, count);
            var target = Target.Load<TLanes, TAccess>(row, column, count);
            var magnitude = TLanes.Abs(logits);
            var miss = TLanes.Select(TLanes.LessThan(TLanes.Zero, logits), TLanes.Constant(1) - target, target);
            first = TLanes.FusedMultiplyAdd(magnitude, miss, Functions.Softplus<TLanes, T>(-magnitude));
            second = TLanes.Zero;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var probability = Functions.Logistic<TLanes, T>(Logits.Load<TLanes, TAccess>(row, column, count));
            var difference = probability - Target.Load<TLanes, TAccess>(row, column, count);
            DLogits.Store<TLanes, TAccess>(TLanes.Broadcast(Scale) * difference, row, column, count);
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void BernoulliWithLogitsCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, DeviceTensor<T> loss) =>
        *loss.Pointer = Dense.BernoulliWithLogits<T>(logits.View(), target.View(), Threads);

    protected override void BernoulliWithLogitsBackwardCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dLogits) =>
        Dense.BernoulliWithLogitsBackward(logits.View(), target.View(), scale, dLogits.View(), Threads);
}
