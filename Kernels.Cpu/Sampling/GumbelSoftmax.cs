using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>
    /// A relaxed categorical draw per row with given uniforms: <c>output_i = softmax((logits_i - ln(-ln uniform_i)) / temperature)</c>. A row of all <c>-∞</c> gives 0; a key that is NaN makes the row NaN.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>.</param>
    /// <param name="temperature">Temperature, finite and &gt; 0.</param>
    /// <param name="output">Probabilities <c>[B, n]</c>; overwritten; may be <paramref name="logits"/> itself.</param>
    /// <param name="index">The largest key of each row, the lowest of equal ones, -1 in a row of all <c>-∞</c> or with NaN, <c>[B]</c>; overwritten; empty when it is not wanted.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GumbelSoftmax<T>(ReadOnlyMatrixView<T> logits, ReadOnlyMatrixView<T> uniform, T temperature, MatrixView<T> output, Span<int> index, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logits);
        Argument.Matrix(uniform, logits.Rows, logits.Columns);
        fixed (T* uniformFirst = &uniform.First)
        {
            GumbelSoftmax(logits, new NoiseOperand<T>(new Operand<T>(uniformFirst, uniform.Stride)), temperature, output, index, threads);
        }
    }

    /// <summary>A relaxed categorical draw per row, with uniforms as <see cref="Uniform"/> draws them.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Where to draw the uniforms.</param>
    /// <param name="temperature">Temperature, finite and &gt; 0.</param>
    /// <param name="output">Probabilities <c>[B, n]</c>; overwritten; may be <paramref name="logits"/> itself.</param>
    /// <param name="index">The largest key of each row, the lowest of equal ones, -1 in a row of all <c>-∞</c> or with NaN, <c>[B]</c>; overwritten; empty when it is not wanted.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GumbelSoftmax<T>(ReadOnlyMatrixView<T> logits, PhiloxPosition uniform, T temperature, MatrixView<T> output, Span<int> index, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logits);
        Argument.Range(uniform, (long)logits.Rows * logits.Columns);
        GumbelSoftmax(logits, new NoiseOperand<T>(uniform), temperature, output, index, threads);
    }

    /// <summary>Gradient of a relaxed categorical draw: <c>dLogits = p ⊙ (dOutput - ⟨p, dOutput⟩) / temperature</c> per row, <c>p = output</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="output">What the forward call wrote, <c>[B, n]</c>.</param>
    /// <param name="temperature">The temperature of the forward call.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, n]</c>.</param>
    /// <param name="dLogits">Gradient of the logits, <c>[B, n]</c>; overwritten; may be <paramref name="dOutput"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GumbelSoftmaxBackward<T>(ReadOnlyMatrixView<T> output, T temperature, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dLogits, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(output);
        Argument.PositiveFinite(temperature);
        Argument.Matrix(dOutput, output.Rows, output.Columns);
        Argument.Output(dLogits, output.Rows, output.Columns);
        fixed (T* outputFirst = &output.First, dOutputFirst = &dOutput.First, dLogitsFirst = &dLogits.First)
        {
            var body = new Dense.SoftmaxBackwardRows<T>
            {
                Output = new(outputFirst, output.Stride),
                DOutput = new(dOutputFirst, dOutput.Stride),
                Dx = new(dLogitsFirst, dLogits.Stride),
                Scale = T.One / temperature,
            };
            RowLoop.Run<T, Dense.RowSum<T>, Dense.SoftmaxBackwardRows<T>>(body, output.Rows, output.Columns, threads);
        }
    }

    private static void GumbelSoftmax<T>(ReadOnlyMatrixView<T> logits, in NoiseOperand<T> uniform, T temperature, MatrixView<T> output, Span<int> index, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Categories(logits);
        Argument.PositiveFinite(temperature);
        Argument.Output(output, logits.Rows, logits.Columns);
        Argument.OptionalVector<int>(index, logits.Rows);
        fixed (T* logitsFirst = &logits.First, outputFirst = &output.First)
        {
            fixed (int* indexFirst = index)
            {
                // The scaled keys go to the output, where they become probabilities in place.
                var keys = new ScaledKeys<T> { Output = new(outputFirst, output.Stride), Index = indexFirst, InverseTemperature = T.One / temperature };
                KeyLoop.Run<T, ScaledKeys<T>>(keys, new(logitsFirst, logits.Stride), uniform, logits.Rows, logits.Columns, threads);
            }
        }

        Dense.Softmax(output, output, threads);
    }

    private struct ScaledKeys<T> : IKeys<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Output;
        public int* Index;
        public T InverseTemperature;
        private LargestKey<T> _largest;
        private Operand<T> _keys;

        public readonly nuint WorkspaceBytes => 0;

        public readonly void Start(Scratch workspace)
        {
        }

        public void BeginRow(nint row) => _largest.Reset();

        public void Take<TLanes>(nint row, nint column, T* keys, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (Index is not null)
            {
                _largest.Take<TLanes>(column, keys, count);
            }

            _keys = new(keys - column, 0);
            ElementwiseLoop.Row<T, TLanes, ScaledKeys<T>>(this, row, column, column + count);
        }

        public readonly void EndRow<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (Index is not null)
            {
                Index[row] = _largest.Index;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(TLanes.Broadcast(InverseTemperature) * _keys.Load<TLanes, TAccess>(row, column, count), row, column, count);
    }
}

internal sealed unsafe partial class CpuSamplingKernels<T>
{
    protected override void GumbelSoftmaxCore(DeviceMatrix<T> logits, Noise<T> uniform, T temperature, DeviceMatrix<T> output, DeviceTensor<int>? index)
    {
        var indices = index is null ? default : new Span<int>(index.Pointer, checked((int)index.Count));
        if (uniform.IsDrawn)
        {
            Sampling.GumbelSoftmax<T>(logits.View(), uniform.Position, temperature, output.View(), indices, Threads);
        }
        else
        {
            Sampling.GumbelSoftmax<T>(logits.View(), uniform.Values.View(), temperature, output.View(), indices, Threads);
        }
    }

    protected override void GumbelSoftmaxBackwardCore(DeviceMatrix<T> output, T temperature, DeviceMatrix<T> dOutput, DeviceMatrix<T> dLogits) =>
        Sampling.GumbelSoftmaxBackward<T>(output.View(), temperature, dOutput.View(), dLogits.View(), Threads);
}
