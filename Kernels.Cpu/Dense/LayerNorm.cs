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
            };
            RowLoop.Run<T, LayerNormRows<T>>(body, x.Rows, x.Columns, threads);
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
            if (dWeight.IsEmpty && dBias.IsEmpty)
            {
                RowLoop.Run<T, LayerNormBackwardRows<T>>(body, x.Rows, x.Columns, threads);
                return;
            }

            using var scratch = ColumnSumLoop.Rent<T>(x.Rows, x.Columns);
            var sums = ColumnSumLoop.Run<T, LayerNormBackwardRows<T>>(body, x.Rows, x.Columns, scratch, out var stride, threads);
            AddTo(sums, dBias);
            AddTo(sums + stride, dWeight);
        }
    }

    /// <summary>The row less its mean, and the square of that.</summary>
    private struct DeviationTerms<T> : ITerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public T Mean;

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
            first = X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(Mean);
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

    private struct LayerNormRows<T> : IRows<T>, IElementwise<T>
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
        public T RowMean;
        public T RowInverse;
        public T RowShift;

        public readonly void Row<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            // The mean is rounded to T, so the deviations from it have a small mean of their own. It is measured and taken out of the
            // variance and of the output: without that, a constant row would give the rounding error times 1/√epsilon.
            var mean = T.CreateTruncating(RowLoop.Sums<T, TLanes, ValueTerms<T>>(new ValueTerms<T> { X = X }, row, 0, Columns).First / Columns);
            var (sum, squares) = RowLoop.Sums<T, TLanes, DeviationTerms<T>>(new DeviationTerms<T> { X = X, Mean = mean }, row, 0, Columns);
            var rest = sum / Columns;
            var variance = Math.Max(squares / Columns - rest * rest, 0);
            var inverse = 1 / Math.Sqrt(variance + Epsilon);
            Mean[row] = T.CreateTruncating(double.CreateTruncating(mean) + rest);
            InverseDeviation[row] = T.CreateTruncating(inverse);

            var body = this;
            body.RowMean = mean;
            body.RowInverse = T.CreateTruncating(inverse);
            body.RowShift = T.CreateTruncating(-rest * inverse);
            ElementwiseLoop.Row<T, TLanes, LayerNormRows<T>>(body, row, 0, Columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var deviation = X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(RowMean);
            var normal = TLanes.FusedMultiplyAdd(deviation, TLanes.Broadcast(RowInverse), TLanes.Broadcast(RowShift));
            Output.Store<TLanes, TAccess>(TLanes.FusedMultiplyAdd(normal, Weight.Load<TLanes, TAccess>(0, column, count), Bias.Load<TLanes, TAccess>(0, column, count)), row, column, count);
        }
    }

    private struct LayerNormBackwardRows<T> : IRows<T>, IColumnTerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Weight;
        public Operand<T> DOutput;
        public Operand<T> Dx;
        public T* Mean;
        public T* InverseDeviation;
        public nint Columns;
        public T RowMean;
        public T RowInverse;
        public T RowGradient;
        public T RowProduct;

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
                    Row<TLanes>(row);
                }
            }
        }

        public readonly void Row<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (Dx.IsAbsent)
            {
                return;
            }

            var terms = new LayerNormBackwardTerms<T> { X = X, Weight = Weight, DOutput = DOutput, Mean = Mean[row], InverseDeviation = InverseDeviation[row] };
            var (gradient, product) = RowLoop.Sums<T, TLanes, LayerNormBackwardTerms<T>>(terms, row, 0, Columns);
            var body = this;
            body.RowMean = Mean[row];
            body.RowInverse = InverseDeviation[row];
            body.RowGradient = T.CreateTruncating(gradient / Columns);
            body.RowProduct = T.CreateTruncating(product / Columns);
            ElementwiseLoop.Row<T, TLanes, LayerNormBackwardRows<T>>(body, row, 0, Columns);
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
            var inverse = TLanes.Broadcast(RowInverse);
            var normal = (X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(RowMean)) * inverse;
            var gradient = DOutput.Load<TLanes, TAccess>(row, column, count) * Weight.Load<TLanes, TAccess>(0, column, count);
            var difference = gradient - TLanes.Broadcast(RowGradient);
            Dx.Store<TLanes, TAccess>(inverse * TLanes.FusedMultiplyAdd(-TLanes.Broadcast(RowProduct), normal, difference), row, column, count);
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
