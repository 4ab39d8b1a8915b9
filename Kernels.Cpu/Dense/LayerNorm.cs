using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>
    /// Layer normalisation (Ba et al. 2016): <c>output = (x - mean) · inverseDeviation ⊙ weight + bias</c> per row,
    /// <c>inverseDeviation = 1 / √(variance + epsilon)</c>, the variance biased (divided by <c>F</c>). A NaN or infinity in a row makes the row NaN.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Input <c>[B, F]</c>, <c>F ≥ 1</c>.</param>
    /// <param name="weight">Scale <c>[F]</c>.</param>
    /// <param name="bias">Shift <c>[F]</c>.</param>
    /// <param name="output">Output <c>[B, F]</c>; overwritten.</param>
    /// <param name="mean">Receives the mean of every row, <c>[B]</c>.</param>
    /// <param name="inverseDeviation">Receives the inverse deviation of every row, <c>[B]</c>.</param>
    /// <param name="epsilon">Added to the variance, &gt; 0; 1e-5 by custom.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void LayerNorm<T>(ReadOnlyMatrixView<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, MatrixView<T> output, Span<T> mean, Span<T> inverseDeviation, double epsilon = 1e-5, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Vector(weight, x.Columns);
        Argument.Vector(bias, x.Columns);
        Argument.Output(output, x.Rows, x.Columns);
        Argument.Vector<T>(mean, x.Rows);
        Argument.Vector<T>(inverseDeviation, x.Rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        fixed (T* xFirst = &x.First, weightFirst = weight, biasFirst = bias, outputFirst = &output.First, meanFirst = mean, inverseFirst = inverseDeviation)
        {
            var body = new LayerNormRows<T>
            {
                X = new(xFirst, x.Stride),
                Weight = new(weightFirst, 0),
                Bias = new(biasFirst, 0),
                Output = new(outputFirst, output.Stride),
                Mean = meanFirst,
                InverseDeviation = inverseFirst,
                Columns = x.Columns,
                Epsilon = epsilon,
                IsStreamed = ElementwiseLoop.IsStreamed(x.Rows, x.Columns, outputFirst, xFirst),
            };
            if (x.Columns <= NarrowRowLoop.Widest<T>())
            {
                NarrowRowLoop.Run<T, LayerNormRows<T>>(body, x.Rows, x.Columns, threads);
            }
            else
            {
                RowLoop.Run<T, LayerNormState<T>, LayerNormRows<T>>(body, x.Rows, x.Columns, threads);
            }
        }
    }

    /// <summary>
    /// Gradient of <see cref="LayerNorm"/>. With <c>n = (x - mean) · inverseDeviation</c> and <c>h = dOutput ⊙ weight</c>:
    /// <c>dx = inverseDeviation · (h - mean_F(h) - n · mean_F(h ⊙ n))</c>, <c>dWeight += Σ_B dOutput ⊙ n</c>, <c>dBias += Σ_B dOutput</c>.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Input <c>[B, F]</c>.</param>
    /// <param name="weight">Scale <c>[F]</c>.</param>
    /// <param name="mean">Means of the forward call, <c>[B]</c>.</param>
    /// <param name="inverseDeviation">Inverse deviations of the forward call, <c>[B]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, F]</c>.</param>
    /// <param name="dx">Gradient of the input, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dWeight">Gradient of the scale, <c>[F]</c>; accumulates; empty if not wanted.</param>
    /// <param name="dBias">Gradient of the shift, <c>[F]</c>; accumulates; empty if not wanted.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void LayerNormBackward<T>(ReadOnlyMatrixView<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> mean, ReadOnlySpan<T> inverseDeviation, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dx, Span<T> dWeight, Span<T> dBias, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Vector(weight, x.Columns);
        Argument.Vector(mean, x.Rows);
        Argument.Vector(inverseDeviation, x.Rows);
        Argument.Matrix(dOutput, x.Rows, x.Columns);
        Argument.OptionalOutput(dx, x.Rows, x.Columns);
        Argument.OptionalVector<T>(dWeight, x.Columns);
        Argument.OptionalVector<T>(dBias, x.Columns);
        if (x.Rows == 0)
        {
            return;
        }

        fixed (T* xFirst = &x.First, weightFirst = weight, meanFirst = mean, inverseFirst = inverseDeviation, dOutputFirst = &dOutput.First, dxFirst = &dx.First)
        {
            var body = new LayerNormBackwardRows<T>
            {
                X = new(xFirst, x.Stride),
                Weight = new(weightFirst, 0),
                DOutput = new(dOutputFirst, dOutput.Stride),
                Dx = new(dxFirst, dx.Stride),
                Mean = meanFirst,
                InverseDeviation = inverseFirst,
                Columns = x.Columns,
            };
            // The rows of a block of the column sums are treated while they are there; very long rows are cut before.
            var isParameterGradientWanted = !dWeight.IsEmpty || !dBias.IsEmpty;
            if (!dx.IsAbsent && (!isParameterGradientWanted || x.Columns > 2 * Blocks.Elements))
            {
                RowLoop.Run<T, LayerNormState<T>, LayerNormBackwardRows<T>>(body, x.Rows, x.Columns, threads);
                body.Dx = default;
            }

            if (!isParameterGradientWanted)
            {
                return;
            }

            using var scratch = ColumnSumLoop.Rent<T>(x.Rows, x.Columns);
            var sums = ColumnSumLoop.Run<T, LayerNormBackwardRows<T>>(body, x.Rows, x.Columns, scratch, out var stride, threads);
            AddTo(sums, dBias);
            AddTo(sums + stride, dWeight);
        }
    }

    /// <summary>The row less its mean, and the square of that.</summary>
    private struct DeviationTerms<T, TVector> : ITerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ILanes<TVector, T>
    {
        public Operand<T> X;
        public Broadcast<T, TVector> Mean;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => true;
        }

        public static bool SecondIsSquare
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => true;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            // The next row comes in while this one is computed.
            X.Prefetch(row + 1, column);
            first = X.Load<TLanes, TAccess>(row, column, count) - Mean.As<TLanes>();
            second = first * first;
        }
    }

    private struct ValueTerms<T> : ITerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;

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
            first = X.Load<TLanes, TAccess>(row, column, count);
            second = TLanes.Zero;
        }
    }

    /// <summary>What the last pass over a row needs to know: going forward the mean, the inverse deviation and the shift that centres the rest, going backward the two means of the gradient.</summary>
    private struct LayerNormState<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T Mean;
        public T Inverse;
        public T Shift;
        public T Gradient;
        public T Product;
    }

    private struct LayerNormRows<T> : IRowPasses<T, LayerNormState<T>>, INarrowRows<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Weight;
        public Operand<T> Bias;
        public Operand<T> Output;
        public T* Mean;
        public T* InverseDeviation;
        public nint Columns;
        public double Epsilon;
        public bool IsStreamed;

        public static int Reductions => 2;

        public static bool FirstIsMaximum => false;

        // Methods of their own, as the passes together exceed what the JIT is willing to inline.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly (double First, double Second) Reduce<TLanes>(int reduction, in LayerNormState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => reduction == 0 ? (Sum<TLanes>(row, column, end), 0) : Deviations<TLanes>(state.Mean, row, column, end);

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly double Sum<TLanes>(nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => RowLoop.Sums<T, TLanes, ValueTerms<T>>(new ValueTerms<T> { X = X }, row, column, end).First;

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly (double First, double Second) Deviations<TLanes>(T mean, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => RowLoop.Sums<T, TLanes, DeviationTerms<T, TLanes>>(new DeviationTerms<T, TLanes> { X = X, Mean = new(mean) }, row, column, end);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(int reduction, ref LayerNormState<T> state, nint row, double first, double second)
        {
            // The mean is rounded to T, so the deviations from it have a small mean of their own. It is measured and taken out of the
            // variance and of the output: without that, a constant row would give the rounding error times 1/√epsilon.
            if (reduction == 0)
            {
                state.Mean = T.CreateTruncating(first / Columns);
                return;
            }

            var rest = first / Columns;
            var variance = Math.Max(second / Columns - rest * rest, 0);
            var inverse = 1 / Math.Sqrt(variance + Epsilon);
            Mean[row] = T.CreateTruncating(double.CreateTruncating(state.Mean) + rest);
            InverseDeviation[row] = state.Inverse = T.CreateTruncating(inverse);
            state.Shift = T.CreateTruncating(-rest * inverse);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public readonly void Write<TLanes>(in LayerNormState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var body = new LayerNormBody<T, TLanes>
            {
                X = X,
                Weight = Weight,
                Bias = Bias,
                Output = Output,
                Mean = new(state.Mean),
                Inverse = new(state.Inverse),
                Shift = new(state.Shift),
            };
            if (IsStreamed)
            {
                ElementwiseLoop.RowStreamed<T, TLanes, LayerNormBody<T, TLanes>>(body, row, column, end);
            }
            else
            {
                ElementwiseLoop.Row<T, TLanes, LayerNormBody<T, TLanes>>(body, row, column, end);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Row<TLanes>(nint row, int count, TLanes mask)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var state = default(LayerNormState<T>);
            var x = X.Load<TLanes, Partial>(row, 0, count);
            Finish(0, ref state, row, double.CreateTruncating(TLanes.Sum(x)), 0);
            var deviation = TLanes.And(mask, x - TLanes.Broadcast(state.Mean));
            Finish(1, ref state, row, double.CreateTruncating(TLanes.Sum(deviation)), double.CreateTruncating(TLanes.Sum(deviation * deviation)));
            var normal = TLanes.FusedMultiplyAdd(deviation, TLanes.Broadcast(state.Inverse), TLanes.Broadcast(state.Shift));
            Output.Store<TLanes, Partial>(TLanes.FusedMultiplyAdd(normal, Weight.Load<TLanes, Partial>(0, 0, count), Bias.Load<TLanes, Partial>(0, 0, count)), row, 0, count);
        }
    }

    private struct LayerNormBody<T, TVector> : IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ILanes<TVector, T>
    {
        public Operand<T> X;
        public Operand<T> Weight;
        public Operand<T> Bias;
        public Operand<T> Output;
        public Broadcast<T, TVector> Mean;
        public Broadcast<T, TVector> Inverse;
        public Broadcast<T, TVector> Shift;

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var deviation = X.Load<TLanes, TAccess>(row, column, count) - Mean.As<TLanes>();
            var normal = TLanes.FusedMultiplyAdd(deviation, Inverse.As<TLanes>(), Shift.As<TLanes>());
            Output.Store<TLanes, TAccess>(TLanes.FusedMultiplyAdd(normal, Weight.Load<TLanes, TAccess>(0, column, count), Bias.Load<TLanes, TAccess>(0, column, count)), row, column, count);
        }
    }

    private struct LayerNormBackwardRows<T> : IRowPasses<T, LayerNormState<T>>, IColumnTerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Weight;
        public Operand<T> DOutput;
        public Operand<T> Dx;
        public T* Mean;
        public T* InverseDeviation;
        public nint Columns;
        public LayerNormState<T> State;

        public static int Reductions => 1;

        public static bool FirstIsMaximum => false;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => true;
        }

        public readonly void Prepare<TLanes>(nint row, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (!Dx.IsAbsent)
            {
                for (; row < end; row++)
                {
                    RowLoop.Row<T, LayerNormState<T>, TLanes, LayerNormBackwardRows<T>>(this, row, Columns);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly (double First, double Second) Reduce<TLanes>(int reduction, in LayerNormState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var terms = new LayerNormBackwardTerms<T> { X = X, Weight = Weight, DOutput = DOutput, Mean = Mean[row], InverseDeviation = InverseDeviation[row] };
            return RowLoop.Sums<T, TLanes, LayerNormBackwardTerms<T>>(terms, row, column, end);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(int reduction, ref LayerNormState<T> state, nint row, double first, double second)
        {
            state.Mean = Mean[row];
            state.Inverse = InverseDeviation[row];
            state.Gradient = T.CreateTruncating(first / Columns);
            state.Product = T.CreateTruncating(second / Columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Write<TLanes>(in LayerNormState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var body = this;
            body.State = state;
            ElementwiseLoop.Row<T, TLanes, LayerNormBackwardRows<T>>(body, row, column, end);
        }

        /// <summary>The terms of the gradients of the shift and of the scale.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            first = DOutput.Load<TLanes, TAccess>(row, column, count);
            var deviation = X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(Mean[row]);
            second = first * (deviation * TLanes.Broadcast(InverseDeviation[row]));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var inverse = TLanes.Broadcast(State.Inverse);
            var normal = (X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(State.Mean)) * inverse;
            var gradient = DOutput.Load<TLanes, TAccess>(row, column, count) * Weight.Load<TLanes, TAccess>(0, column, count);
            var difference = gradient - TLanes.Broadcast(State.Gradient);
            Dx.Store<TLanes, TAccess>(inverse * TLanes.FusedMultiplyAdd(-TLanes.Broadcast(State.Product), normal, difference), row, column, count);
        }
    }

    /// <summary><c>h</c> and <c>h ⊙ n</c>.</summary>
    private struct LayerNormBackwardTerms<T> : ITerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Weight;
        public Operand<T> DOutput;
        public T Mean;
        public T InverseDeviation;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => true;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            first = DOutput.Load<TLanes, TAccess>(row, column, count) * Weight.Load<TLanes, TAccess>(0, column, count);
            var deviation = X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(Mean);
            second = first * (deviation * TLanes.Broadcast(InverseDeviation));
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void LayerNormCore(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon) =>
        Dense.LayerNorm(x.View(), Span(weight), Span(bias), output.View(), Span(mean), Span(inverseDeviation), epsilon, Threads);

    protected override void LayerNormBackwardCore(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias) =>
        Dense.LayerNormBackward<T>(x.View(), Span(weight), Span(mean), Span(inverseDeviation), dOutput.View(), dx.View(), Span(dWeight), Span(dBias), Threads);
}
