using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Updates
{
    /// <summary>
    /// Stochastic gradient descent: <c>g ← gradient + weightDecay · p</c>; with momentum <c>b ← momentum · b + g</c> (first step: <c>b ← g</c>; no dampening, not Nesterov), <c>g ← b</c>;
    /// <c>p ← p - learningRate · g</c>.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="parameter"><c>p</c>; updated in place.</param>
    /// <param name="gradient">Gradient of the same size.</param>
    /// <param name="momentumBuffer"><c>b</c>, of the same size; updated in place; empty exactly when there is no momentum; not read in the first step.</param>
    /// <param name="step">Number of this step: 1, 2, ….</param>
    /// <param name="options">Options.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Sgd<T>(Span<T> parameter, ReadOnlySpan<T> gradient, Span<T> momentumBuffer, long step, in SgdOptions options, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Vector(gradient, parameter.Length);
        Argument.Vector<T>(momentumBuffer, options.Momentum == 0 ? 0 : parameter.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        fixed (T* p = parameter, g = gradient, b = momentumBuffer)
        {
            Sgd(p, g, b, parameter.Length, step, options, threads);
        }
    }

    /// <summary>The step on memory of any size; arguments are checked.</summary>
    internal static void Sgd<T>(T* parameter, T* gradient, T* momentumBuffer, nint count, long step, in SgdOptions options, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var body = new SgdBody<T>
        {
            Parameter = new(parameter, 0),
            Gradient = new(gradient, 0),
            Buffer = new(options.Momentum == 0 ? null : momentumBuffer, 0),
            Momentum = T.CreateTruncating(options.Momentum),
            WeightDecay = T.CreateTruncating(options.WeightDecay),
            LearningRate = T.CreateTruncating(options.LearningRate),
            IsFirst = step == 1,
        };
        ElementwiseLoop.Run<T, SgdBody<T>>(body, Blocks.Elementwise(1, count), threads);
    }

    private struct SgdBody<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Parameter;
        public Operand<T> Gradient;
        public Operand<T> Buffer;
        public T Momentum;
        public T WeightDecay;
        public T LearningRate;
        public bool IsFirst;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var parameter = Parameter.Load<TLanes, TAccess>(row, column, count);
            var direction = Gradient.Load<TLanes, TAccess>(row, column, count);
            if (WeightDecay != T.Zero)
            {
                direction = TLanes.FusedMultiplyAdd(TLanes.Broadcast(WeightDecay), parameter, direction);
            }

            if (!Buffer.IsAbsent)
            {
                if (!IsFirst)
                {
                    direction = TLanes.FusedMultiplyAdd(TLanes.Broadcast(Momentum), Buffer.Load<TLanes, TAccess>(row, column, count), direction);
                }

                Buffer.Store<TLanes, TAccess>(direction, row, column, count);
            }

            Parameter.Store<TLanes, TAccess>(TLanes.FusedMultiplyAdd(-TLanes.Broadcast(LearningRate), direction, parameter), row, column, count);
        }
    }
}

internal sealed unsafe partial class CpuUpdateKernels<T>
{
    protected override void SgdCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T>? momentumBuffer, long step, in SgdOptions options) =>
        Updates.Sgd(parameter.Pointer, gradient.Pointer, momentumBuffer is null ? null : momentumBuffer.Pointer, (nint)parameter.Count, step, options, Threads);
}
