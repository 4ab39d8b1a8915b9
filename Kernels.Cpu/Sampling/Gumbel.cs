using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>Gumbel keys of given uniforms: <c>output = location - ln(-ln uniform)</c>; NaN where a uniform is outside (0, 1) or subnormal.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="location">Log weights, up to a constant, <c>[B, n]</c>; absent for keys around 0.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>.</param>
    /// <param name="output">Keys <c>[B, n]</c>; overwritten; may be <paramref name="location"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Gumbel<T>(ReadOnlyMatrixView<T> location, ReadOnlyMatrixView<T> uniform, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Matrix(uniform, output.Rows, output.Columns);
        fixed (T* uniformFirst = &uniform.First)
        {
            Gumbel(location, new NoiseOperand<T>(new Operand<T>(uniformFirst, uniform.Stride)), uniform.Stride, output, threads);
        }
    }

    /// <summary>Gumbel keys: <c>output = location - ln(-ln u)</c>, with <c>u</c> as <see cref="Uniform"/> draws it.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="location">Log weights, up to a constant, <c>[B, n]</c>; absent for keys around 0.</param>
    /// <param name="uniform">Where to draw the uniforms.</param>
    /// <param name="output">Keys <c>[B, n]</c>; overwritten; may be <paramref name="location"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Gumbel<T>(ReadOnlyMatrixView<T> location, PhiloxPosition uniform, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Range(uniform, (long)output.Rows * output.Columns);
        Gumbel(location, new NoiseOperand<T>(uniform), output.Columns, output, threads);
    }

    private static void Gumbel<T>(ReadOnlyMatrixView<T> location, in NoiseOperand<T> uniform, nint uniformStride, MatrixView<T> output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Output(output, output.Rows, output.Columns);
        if (!location.IsAbsent)
        {
            Argument.Matrix(location, output.Rows, output.Columns);
        }

        fixed (T* locationFirst = &location.First, outputFirst = &output.First)
        {
            var body = new GumbelBody<T> { Location = new(locationFirst, location.Stride), Output = new(outputFirst, output.Stride) };
            var blocks = Blocks.Elementwise(output.Rows, output.Columns, location.IsAbsent ? output.Stride : location.Stride, uniformStride, output.Stride);
            NoiseLoop.Run<T, UniformNoise<T>, GumbelBody<T>>(body, uniform, output.Columns, blocks, ElementwiseLoop.IsStreamed(output.Rows, output.Columns, outputFirst, locationFirst), threads);
        }
    }

    internal struct GumbelBody<T> : INoiseElementwise<T>, IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Location;
        public Operand<T> Output;

        public Operand<T> Noise { get; set; }

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var key = Functions.Gumbel<TLanes, T>(Noise.Load<TLanes, TAccess>(row, column, count));
            if (!Location.IsAbsent)
            {
                key += Location.Load<TLanes, TAccess>(row, column, count);
            }

            Output.Store<TLanes, TAccess>(key, row, column, count);
        }
    }
}

internal sealed partial class CpuSamplingKernels<T>
{
    protected override void GumbelCore(DeviceMatrix<T> location, Noise<T> uniform, DeviceMatrix<T> output)
    {
        if (uniform.IsDrawn)
        {
            Sampling.Gumbel<T>(location.View(), uniform.Position, output.View(), Threads);
        }
        else
        {
            Sampling.Gumbel<T>(location.View(), uniform.Values.View(), output.View(), Threads);
        }
    }
}
