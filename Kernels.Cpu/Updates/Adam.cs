using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Updates
{
    /// <summary>
    /// Adam (Kingma &amp; Ba 2015) and AdamW (Loshchilov &amp; Hutter 2019): <c>m ← β₁ m + (1-β₁) g</c>, <c>v ← β₂ v + (1-β₂) g²</c>,
    /// <c>p ← p - learningRate · m̂ / (√v̂ + ε)</c>, <c>m̂ = m / (1-β₁ᵗ)</c>, <c>v̂ = v / (1-β₂ᵗ)</c>. Weight decay as <see cref="AdamOptions.Decoupled"/> says.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="parameter"><c>p</c>; updated in place.</param>
    /// <param name="gradient"><c>g</c>, of the same size.</param>
    /// <param name="firstMoment"><c>m</c>, of the same size; updated in place; 0 before the first step.</param>
    /// <param name="secondMoment"><c>v</c>, of the same size; updated in place; 0 before the first step.</param>
    /// <param name="step"><c>t</c>, the number of this step: 1, 2, ….</param>
    /// <param name="options">Options.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Adam<T>(Span<T> parameter, ReadOnlySpan<T> gradient, Span<T> firstMoment, Span<T> secondMoment, long step, in AdamOptions options, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Vector(gradient, parameter.Length);
        Argument.Vector<T>(firstMoment, parameter.Length);
        Argument.Vector<T>(secondMoment, parameter.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        fixed (T* p = parameter, g = gradient, m = firstMoment, v = secondMoment)
        {
            Adam(p, g, m, v, parameter.Length, step, options, threads);
        }
    }

    /// <summary>The step on memory of any size; arguments are checked.</summary>
    internal static void Adam<T>(T* parameter, T* gradient, T* firstMoment, T* secondMoment, nint count, long step, in AdamOptions options, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // What is the same for all elements is worked out once, in double.
        var body = new AdamBody<T>
        {
            Parameter = new(parameter, 0),
            Gradient = new(gradient, 0),
            FirstMoment = new(firstMoment, 0),
            SecondMoment = new(secondMoment, 0),
            Decay = T.CreateTruncating(options.Decoupled ? 1 - options.LearningRate * options.WeightDecay : 1),
            WeightDecay = T.CreateTruncating(options.Decoupled ? 0 : options.WeightDecay),
            Beta1 = T.CreateTruncating(options.Beta1),
            OneLessBeta1 = T.CreateTruncating(1 - options.Beta1),
            Beta2 = T.CreateTruncating(options.Beta2),
            OneLessBeta2 = T.CreateTruncating(1 - options.Beta2),
            StepSize = T.CreateTruncating(options.LearningRate / (1 - Math.Pow(options.Beta1, step))),
            RootScale = T.CreateTruncating(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step))),
            Epsilon = T.CreateTruncating(options.Epsilon),
        };
        ElementwiseLoop.Run<T, AdamBody<T>>(body, Blocks.Elementwise(1, count), threads);
    }

    private struct AdamBody<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Parameter;
        public Operand<T> Gradient;
        public Operand<T> FirstMoment;
        public Operand<T> SecondMoment;
        public T Decay;
        public T WeightDecay;
        public T Beta1;
        public T OneLessBeta1;
        public T Beta2;
        public T OneLessBeta2;
        public T StepSize;
        public T RootScale;
        public T Epsilon;

        // One pass: four streams in, three out.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var parameter = Parameter.Load<TLanes, TAccess>(row, column, count);
            var gradient = Gradient.Load<TLanes, TAccess>(row, column, count);
            if (WeightDecay != T.Zero)
            {
                gradient = TLanes.FusedMultiplyAdd(TLanes.Broadcast(WeightDecay), parameter, gradient);
            }

            var first = TLanes.Broadcast(OneLessBeta1) * gradient;
            first = TLanes.FusedMultiplyAdd(TLanes.Broadcast(Beta1), FirstMoment.Load<TLanes, TAccess>(row, column, count), first);
            var second = TLanes.Broadcast(OneLessBeta2) * gradient * gradient;
            second = TLanes.FusedMultiplyAdd(TLanes.Broadcast(Beta2), SecondMoment.Load<TLanes, TAccess>(row, column, count), second);
            FirstMoment.Store<TLanes, TAccess>(first, row, column, count);
            SecondMoment.Store<TLanes, TAccess>(second, row, column, count);

            var root = TLanes.FusedMultiplyAdd(TLanes.Sqrt(second), TLanes.Broadcast(RootScale), TLanes.Broadcast(Epsilon));
            var move = TLanes.Broadcast(StepSize) * first / root;
            Parameter.Store<TLanes, TAccess>(TLanes.FusedMultiplyAdd(TLanes.Broadcast(Decay), parameter, -move), row, column, count);
        }
    }
}

internal sealed unsafe partial class CpuUpdateKernels<T>
{
    protected override void AdamCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T> firstMoment, DeviceTensor<T> secondMoment, long step, in AdamOptions options) =>
        Updates.Adam(parameter.Pointer, gradient.Pointer, firstMoment.Pointer, secondMoment.Pointer, (nint)parameter.Count, step, options, Threads);
}
