using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>A draw from a diagonal Gaussian with given noise: <c>output = mean + exp(½ logVariance) ⊙ epsilon</c>. Nothing is clamped.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mean">Means <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances <c>[B, F]</c>.</param>
    /// <param name="epsilon">Standard normals <c>[B, F]</c>.</param>
    /// <param name="output">The draw, <c>[B, F]</c>; overwritten; may be <paramref name="mean"/> or <paramref name="logVariance"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GaussianReparameterise<T>(ReadOnlyMatrixView<T> mean, ReadOnlyMatrixView<T> logVariance, ReadOnlyMatrixView<T> epsilon, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(mean);
        Argument.Matrix(epsilon, mean.Rows, mean.Columns);
        fixed (T* epsilonFirst = &epsilon.First)
        {
            GaussianReparameterise(mean, logVariance, new NoiseOperand<T>(new Operand<T>(epsilonFirst, epsilon.Stride)), epsilon.Stride, output, threads);
        }
    }

    /// <summary>A draw from a diagonal Gaussian: <c>output = mean + exp(½ logVariance) ⊙ ε</c>, with <c>ε</c> as <see cref="Normal"/> draws it. Nothing is clamped.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mean">Means <c>[B, F]</c>.</param>
    /// <param name="logVariance">Log variances <c>[B, F]</c>.</param>
    /// <param name="epsilon">Where to draw <c>ε</c>; the backward call draws it again from there.</param>
    /// <param name="output">The draw, <c>[B, F]</c>; overwritten; may be <paramref name="mean"/> or <paramref name="logVariance"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GaussianReparameterise<T>(ReadOnlyMatrixView<T> mean, ReadOnlyMatrixView<T> logVariance, PhiloxPosition epsilon, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(mean);
        Argument.Range(epsilon, (long)mean.Rows * mean.Columns);
        GaussianReparameterise(mean, logVariance, new NoiseOperand<T>(epsilon), mean.Columns, output, threads);
    }

    /// <summary>Gradient of <see cref="GaussianReparameterise{T}(ReadOnlyMatrixView{T}, ReadOnlyMatrixView{T}, ReadOnlyMatrixView{T}, MatrixView{T}, int)"/>: <c>dMean = dOutput</c>, <c>dLogVariance = ½ dOutput ⊙ epsilon ⊙ exp(½ logVariance)</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logVariance">Log variances <c>[B, F]</c>.</param>
    /// <param name="epsilon">Standard normals <c>[B, F]</c>.</param>
    /// <param name="dOutput">Gradient of the draw, <c>[B, F]</c>.</param>
    /// <param name="dMean">Gradient of the means, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dLogVariance">Gradient of the log variances, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GaussianReparameteriseBackward<T>(ReadOnlyMatrixView<T> logVariance, ReadOnlyMatrixView<T> epsilon, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dMean, MatrixView<T> dLogVariance, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logVariance);
        Argument.Matrix(epsilon, logVariance.Rows, logVariance.Columns);
        fixed (T* epsilonFirst = &epsilon.First)
        {
            GaussianReparameteriseBackward(logVariance, new NoiseOperand<T>(new Operand<T>(epsilonFirst, epsilon.Stride)), epsilon.Stride, dOutput, dMean, dLogVariance, threads);
        }
    }

    /// <summary>Gradient of <see cref="GaussianReparameterise{T}(ReadOnlyMatrixView{T}, ReadOnlyMatrixView{T}, PhiloxPosition, MatrixView{T}, int)"/>, whose noise is drawn again.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logVariance">Log variances <c>[B, F]</c>.</param>
    /// <param name="epsilon">Where the forward call drew <c>ε</c>.</param>
    /// <param name="dOutput">Gradient of the draw, <c>[B, F]</c>.</param>
    /// <param name="dMean">Gradient of the means, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dLogVariance">Gradient of the log variances, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GaussianReparameteriseBackward<T>(ReadOnlyMatrixView<T> logVariance, PhiloxPosition epsilon, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dMean, MatrixView<T> dLogVariance, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logVariance);
        Argument.Range(epsilon, (long)logVariance.Rows * logVariance.Columns);
        GaussianReparameteriseBackward(logVariance, new NoiseOperand<T>(epsilon), logVariance.Columns, dOutput, dMean, dLogVariance, threads);
    }

    private static void GaussianReparameterise<T>(ReadOnlyMatrixView<T> mean, ReadOnlyMatrixView<T> logVariance, in NoiseOperand<T> epsilon, nint epsilonStride, MatrixView<T> output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Matrix(logVariance, mean.Rows, mean.Columns);
        Argument.Output(output, mean.Rows, mean.Columns);
        fixed (T* meanFirst = &mean.First, logVarianceFirst = &logVariance.First, outputFirst = &output.First)
        {
            var body = new ReparameteriseBody<T> { Mean = new(meanFirst, mean.Stride), LogVariance = new(logVarianceFirst, logVariance.Stride), Output = new(outputFirst, output.Stride) };
            var blocks = Blocks.Elementwise(mean.Rows, mean.Columns, mean.Stride, logVariance.Stride, epsilonStride, output.Stride);
            var isStreamed = outputFirst != logVarianceFirst && ElementwiseLoop.IsStreamed(output.Rows, output.Columns, outputFirst, meanFirst);
            NoiseLoop.Run<T, NormalNoise<T>, ReparameteriseBody<T>>(body, epsilon, mean.Columns, blocks, isStreamed, threads);
        }
    }

    private static void GaussianReparameteriseBackward<T>(ReadOnlyMatrixView<T> logVariance, in NoiseOperand<T> epsilon, nint epsilonStride, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dMean, MatrixView<T> dLogVariance, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Matrix(dOutput, logVariance.Rows, logVariance.Columns);
        Argument.OptionalOutput(dMean, logVariance.Rows, logVariance.Columns);
        Argument.OptionalOutput(dLogVariance, logVariance.Rows, logVariance.Columns);
        fixed (T* logVarianceFirst = &logVariance.First, dOutputFirst = &dOutput.First, dMeanFirst = &dMean.First, dLogVarianceFirst = &dLogVariance.First)
        {
            var body = new ReparameteriseBackwardBody<T>
            {
                LogVariance = new(logVarianceFirst, logVariance.Stride),
                DOutput = new(dOutputFirst, dOutput.Stride),
                DMean = new(dMeanFirst, dMean.Stride),
                DLogVariance = new(dLogVarianceFirst, dLogVariance.Stride),
            };
            var blocks = Blocks.Elementwise(
                logVariance.Rows,
                logVariance.Columns,
                logVariance.Stride,
                epsilonStride,
                dOutput.Stride,
                dMean.IsAbsent ? logVariance.Stride : dMean.Stride,
                dLogVariance.IsAbsent ? logVariance.Stride : dLogVariance.Stride);
            NoiseLoop.Run<T, NormalNoise<T>, ReparameteriseBackwardBody<T>>(body, epsilon, logVariance.Columns, blocks, threads);
        }
    }

    private struct ReparameteriseBody<T> : INoiseElementwise<T>, IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Mean;
        public Operand<T> LogVariance;
        public Operand<T> Output;

        public Operand<T> Noise { get; set; }

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var deviation = Functions.Exp<TLanes, T>(TLanes.Constant(0.5) * LogVariance.Load<TLanes, TAccess>(row, column, count));
            var draw = TLanes.FusedMultiplyAdd(deviation, Noise.Load<TLanes, TAccess>(row, column, count), Mean.Load<TLanes, TAccess>(row, column, count));
            Output.Store<TLanes, TAccess>(draw, row, column, count);
        }
    }

    private struct ReparameteriseBackwardBody<T> : INoiseElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> LogVariance;
        public Operand<T> DOutput;
        public Operand<T> DMean;
        public Operand<T> DLogVariance;

        public Operand<T> Noise { get; set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var gradient = DOutput.Load<TLanes, TAccess>(row, column, count);
            if (!DMean.IsAbsent)
            {
                DMean.Store<TLanes, TAccess>(gradient, row, column, count);
            }

            if (!DLogVariance.IsAbsent)
            {
                var half = TLanes.Constant(0.5);
                var deviation = Functions.Exp<TLanes, T>(half * LogVariance.Load<TLanes, TAccess>(row, column, count));
                DLogVariance.Store<TLanes, TAccess>(half * gradient * Noise.Load<TLanes, TAccess>(row, column, count) * deviation, row, column, count);
            }
        }
    }
}

internal sealed partial class CpuSamplingKernels<T>
{
    protected override void GaussianReparameteriseCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, Noise<T> epsilon, DeviceMatrix<T> output)
    {
        if (epsilon.IsDrawn)
        {
            Sampling.GaussianReparameterise<T>(mean.View(), logVariance.View(), epsilon.Position, output.View(), Threads);
        }
        else
        {
            Sampling.GaussianReparameterise<T>(mean.View(), logVariance.View(), epsilon.Values.View(), output.View(), Threads);
        }
    }

    protected override void GaussianReparameteriseBackwardCore(DeviceMatrix<T> logVariance, Noise<T> epsilon, DeviceMatrix<T> dOutput, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance)
    {
        if (epsilon.IsDrawn)
        {
            Sampling.GaussianReparameteriseBackward<T>(logVariance.View(), epsilon.Position, dOutput.View(), dMean.View(), dLogVariance.View(), Threads);
        }
        else
        {
            Sampling.GaussianReparameteriseBackward<T>(logVariance.View(), epsilon.Values.View(), dOutput.View(), dMean.View(), dLogVariance.View(), Threads);
        }
    }
}
