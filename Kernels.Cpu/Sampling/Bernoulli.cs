using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>Bernoulli draws with given uniforms: <c>output = 1</c> where <c>uniform &lt; probability</c>, else 0; NaN where the probability is NaN.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="probability">Probabilities <c>[B, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, F]</c>.</param>
    /// <param name="output">0 or 1, <c>[B, F]</c>; overwritten; may be <paramref name="probability"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Bernoulli<T>(ReadOnlyMatrixView<T> probability, ReadOnlyMatrixView<T> uniform, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(probability);
        Argument.Matrix(uniform, probability.Rows, probability.Columns);
        fixed (T* uniformFirst = &uniform.First)
        {
            Bernoulli(probability, new NoiseOperand<T>(new Operand<T>(uniformFirst, uniform.Stride)), uniform.Stride, output, threads);
        }
    }

    /// <summary>Bernoulli draws: <c>output = 1</c> where <c>u &lt; probability</c>, else 0, with <c>u</c> as <see cref="Uniform"/> draws it; NaN where the probability is NaN.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="probability">Probabilities <c>[B, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="uniform">Where to draw the uniforms.</param>
    /// <param name="output">0 or 1, <c>[B, F]</c>; overwritten; may be <paramref name="probability"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Bernoulli<T>(ReadOnlyMatrixView<T> probability, PhiloxPosition uniform, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(probability);
        Argument.Range(uniform, (long)probability.Rows * probability.Columns);
        Bernoulli(probability, new NoiseOperand<T>(uniform), probability.Columns, output, threads);
    }

    private static void Bernoulli<T>(ReadOnlyMatrixView<T> probability, in NoiseOperand<T> uniform, nint uniformStride, MatrixView<T> output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Output(output, probability.Rows, probability.Columns);
        fixed (T* probabilityFirst = &probability.First, outputFirst = &output.First)
        {
            var body = new BernoulliBody<T> { Probability = new(probabilityFirst, probability.Stride), Output = new(outputFirst, output.Stride) };
            var blocks = Blocks.Elementwise(output.Rows, output.Columns, probability.Stride, uniformStride, output.Stride);
            NoiseLoop.Run<T, UniformNoise<T>, BernoulliBody<T>>(body, uniform, output.Columns, blocks, ElementwiseLoop.IsStreamed(output.Rows, output.Columns, outputFirst, probabilityFirst), threads);
        }
    }

    private struct BernoulliBody<T> : INoiseElementwise<T>, IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Probability;
        public Operand<T> Output;

        public Operand<T> Noise { get; set; }

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var probability = Probability.Load<TLanes, TAccess>(row, column, count);
            var draw = TLanes.And(TLanes.LessThan(Noise.Load<TLanes, TAccess>(row, column, count), probability), TLanes.Constant(1));
            Output.Store<TLanes, TAccess>(TLanes.Select(TLanes.IsNaN(probability), probability, draw), row, column, count);
        }
    }
}

internal sealed partial class CpuSamplingKernels<T>
{
    protected override void BernoulliCore(DeviceMatrix<T> probability, Noise<T> uniform, DeviceMatrix<T> output)
    {
        if (uniform.IsDrawn)
        {
            Sampling.Bernoulli<T>(probability.View(), uniform.Position, output.View(), Threads);
        }
        else
        {
            Sampling.Bernoulli<T>(probability.View(), uniform.Values.View(), output.View(), Threads);
        }
    }
}
