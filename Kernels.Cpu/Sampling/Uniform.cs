using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>
    /// Uniform numbers in (0, 1): <c>output[i, j] = ((x &gt;&gt; 9) + 0.5) · 2⁻²³</c>, <c>x</c> word <c>First + i·F + j</c> of the stream. They take 2²³ values, each exact in float;
    /// 0 and 1 are not among them.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="position">Where to start.</param>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Uniform<T>(PhiloxPosition position, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T> => Draw<T, UniformNoise<T>>(position, output, threads);

    private static void Draw<T, TNoise>(PhiloxPosition position, MatrixView<T> output, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TNoise : struct, INoise<T>
    {
        Argument.Output(output, output.Rows, output.Columns);
        Argument.Range(position, (long)output.Rows * output.Columns);
        fixed (T* outputFirst = &output.First)
        {
            var isStreamed = ElementwiseLoop.IsStreamed(output.Rows, output.Columns, outputFirst, null);
            if (output.Rows == 1 || output.Stride == output.Columns)
            {
                DrawLoop.Run<T, TNoise>(position, outputFirst, output.Rows * output.Columns, isStreamed, threads);
                return;
            }

            var body = new DrawBody<T> { Output = new(outputFirst, output.Stride) };
            var blocks = Blocks.Elementwise(output.Rows, output.Columns, output.Stride);
            NoiseLoop.Run<T, TNoise, DrawBody<T>>(body, new NoiseOperand<T>(position), output.Columns, blocks, isStreamed, threads);
        }
    }

    // Takes the noise as it is, to rows with gaps between them.
    private struct DrawBody<T> : INoiseElementwise<T>, IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Output;

        public Operand<T> Noise { get; set; }

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(Noise.Load<TLanes, TAccess>(row, column, count), row, column, count);
    }
}

internal sealed partial class CpuSamplingKernels<T>
{
    protected override void UniformCore(PhiloxPosition position, DeviceMatrix<T> output) => Sampling.Uniform(position, output.View(), Threads);
}
