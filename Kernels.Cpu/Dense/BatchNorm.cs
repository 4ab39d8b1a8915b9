using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>
    /// Batch normalisation over rows (Ioffe &amp; Szegedy 2015): <c>output = (x - mean) · inverseDeviation ⊙ weight + bias</c> per feature, <c>inverseDeviation = 1 / √(variance + epsilon)</c>.
    /// Train: mean and biased variance of the batch, and <c>running = (1 - momentum) · running + momentum · batch</c> with the unbiased variance. Evaluate: the running statistics.
    /// A NaN or infinity makes its feature NaN in Train mode.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mode">Which statistics are used.</param>
    /// <param name="x">Input <c>[B, F]</c>; Train: <c>B ≥ 2</c>.</param>
    /// <param name="weight">Scale <c>[F]</c>.</param>
    /// <param name="bias">Shift <c>[F]</c>.</param>
    /// <param name="runningMean">Running mean <c>[F]</c>; Train: updated in place.</param>
    /// <param name="runningVariance">Running unbiased variance <c>[F]</c>; Train: updated in place.</param>
    /// <param name="output">Output <c>[B, F]</c>; overwritten.</param>
    /// <param name="mean">Receives the mean used, <c>[F]</c>.</param>
    /// <param name="inverseDeviation">Receives the inverse deviation used, <c>[F]</c>.</param>
    /// <param name="epsilon">Added to the variance, &gt; 0; 1e-5 by custom.</param>
    /// <param name="momentum">Weight of the batch in the running statistics, in <c>[0, 1]</c>; 0.1 by custom.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    /// <exception cref="ArgumentException">Train with fewer than two rows: the unbiased variance does not exist.</exception>
    public static void BatchNorm<T>(BatchNormMode mode, ReadOnlyMatrixView<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> runningMean, Span<T> runningVariance, MatrixView<T> output, Span<T> mean, Span<T> inverseDeviation, double epsilon = 1e-5, double momentum = 0.1, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        if (mode == BatchNormMode.Train && x.Rows < 2)
        {
            throw new ArgumentException($"x: expected at least 2 rows in Train mode, but got {x.Rows}.", nameof(x));
        }

        Argument.Vector(weight, x.Columns);
        Argument.Vector(bias, x.Columns);
        Argument.Vector<T>(runningMean, x.Columns);
        Argument.Vector<T>(runningVariance, x.Columns);
        Argument.Output(output, x.Rows, x.Columns);
        Argument.Vector<T>(mean, x.Columns);
        Argument.Vector<T>(inverseDeviation, x.Columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(momentum, 1);

        var columns = x.Columns;
        using var scratch = Scratch.Rent(3 * Scratch.SizeOf<T>(columns));
        var centre = scratch.Take<T>(columns);
        var factor = scratch.Take<T>(columns);
        var shift = scratch.Take<T>(columns);
        fixed (T* xFirst = &x.First, weightFirst = weight, biasFirst = bias, outputFirst = &output.First)
        {
            var input = new Operand<T>(xFirst, x.Stride);
            if (mode == BatchNormMode.Train)
            {
                // As in layer normalisation: the deviations from the rounded mean have a small mean of their own, which is taken out of
                // the variance and of the output.
                ColumnMoments(input, x.Rows, columns, centre, factor, shift, threads);
                for (var j = 0; j < (int)columns; j++)
                {
                    var batchMean = double.CreateTruncating(centre[j]);
                    var rest = double.CreateTruncating(factor[j]) / x.Rows;
                    var variance = Math.Max(double.CreateTruncating(shift[j]) / x.Rows - rest * rest, 0);
                    var inverse = 1 / Math.Sqrt(variance + epsilon);
                    mean[j] = T.CreateTruncating(batchMean + rest);
                    inverseDeviation[j] = T.CreateTruncating(inverse);
                    runningMean[j] = T.CreateTruncating((1 - momentum) * double.CreateTruncating(runningMean[j]) + momentum * (batchMean + rest));
                    runningVariance[j] = T.CreateTruncating((1 - momentum) * double.CreateTruncating(runningVariance[j]) + momentum * variance * (x.Rows / (x.Rows - 1.0)));
                    factor[j] = T.CreateTruncating(inverse * double.CreateTruncating(weight[j]));
                    shift[j] = T.CreateTruncating(double.CreateTruncating(bias[j]) - rest * inverse * double.CreateTruncating(weight[j]));
                }
            }
            else
            {
                for (var j = 0; j < (int)columns; j++)
                {
                    var inverse = 1 / Math.Sqrt(double.CreateTruncating(runningVariance[j]) + epsilon);
                    mean[j] = runningMean[j];
                    inverseDeviation[j] = T.CreateTruncating(inverse);
                    centre[j] = runningMean[j];
                    factor[j] = T.CreateTruncating(inverse * double.CreateTruncating(weight[j]));
                    shift[j] = bias[j];
                }
            }

            var body = new NormaliseBody<T>
            {
                X = input,
                Output = new(outputFirst, output.Stride),
                Centre = new(centre, 0),
                Factor = new(factor, 0),
                Shift = new(shift, 0),
            };
            ElementwiseLoop.Run<T, NormaliseBody<T>>(body, Blocks.Elementwise(x.Rows, columns, 0), threads);
        }
    }

    /// <summary>
    /// Gradient of <see cref="BatchNorm"/>. With <c>n = (x - mean) · inverseDeviation</c> and <c>h = dOutput ⊙ weight</c>:
    /// Train <c>dx = inverseDeviation · (h - mean_B(h) - n · mean_B(h ⊙ n))</c>, Evaluate <c>dx = inverseDeviation · h</c>;
    /// <c>dWeight += Σ_B dOutput ⊙ n</c>, <c>dBias += Σ_B dOutput</c>.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mode">The mode of the forward call.</param>
    /// <param name="x">Input <c>[B, F]</c>.</param>
    /// <param name="weight">Scale <c>[F]</c>.</param>
    /// <param name="mean">Mean used by the forward call, <c>[F]</c>.</param>
    /// <param name="inverseDeviation">Inverse deviation used by the forward call, <c>[F]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, F]</c>.</param>
    /// <param name="dx">Gradient of the input, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dWeight">Gradient of the scale, <c>[F]</c>; accumulates; empty if not wanted.</param>
    /// <param name="dBias">Gradient of the shift, <c>[F]</c>; accumulates; empty if not wanted.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void BatchNormBackward<T>(BatchNormMode mode, ReadOnlyMatrixView<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> mean, ReadOnlySpan<T> inverseDeviation, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dx, Span<T> dWeight, Span<T> dBias, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Vector(weight, x.Columns);
        Argument.Vector(mean, x.Columns);
        Argument.Vector(inverseDeviation, x.Columns);
        Argument.Matrix(dOutput, x.Rows, x.Columns);
        Argument.OptionalOutput(dx, x.Rows, x.Columns);
        Argument.OptionalVector<T>(dWeight, x.Columns);
        Argument.OptionalVector<T>(dBias, x.Columns);
        if (x.Rows == 0)
        {
            return;
        }

        var columns = x.Columns;
        using var scratch = ColumnSumLoop.Rent<T>(x.Rows, columns, 3);
        var factor = scratch.Take<T>(columns);
        var gradientMean = scratch.Take<T>(columns);
        var slope = scratch.Take<T>(columns);
        fixed (T* xFirst = &x.First, meanFirst = mean, inverseFirst = inverseDeviation, dOutputFirst = &dOutput.First, dxFirst = &dx.First)
        {
            var terms = new BatchNormBackwardTerms<T>
            {
                X = new(xFirst, x.Stride),
                DOutput = new(dOutputFirst, dOutput.Stride),
                Mean = new(meanFirst, 0),
                InverseDeviation = new(inverseFirst, 0),
            };
            T* gradients = null;
            T* products = null;
            if (!dWeight.IsEmpty || !dBias.IsEmpty || mode == BatchNormMode.Train)
            {
                gradients = ColumnSumLoop.Run<T, BatchNormBackwardTerms<T>>(terms, x.Rows, columns, scratch, out var stride, threads);
                products = gradients + stride;
                AddTo(gradients, dBias);
                AddTo(products, dWeight);
            }

            if (dx.IsAbsent)
            {
                return;
            }

            // dx = factor · (dOutput - mean(dOutput) - (x - mean) · slope): the weight is a factor of the whole.
            for (var j = 0; j < (int)columns; j++)
            {
                factor[j] = inverseDeviation[j] * weight[j];
                gradientMean[j] = mode == BatchNormMode.Train ? gradients[j] / T.CreateTruncating(x.Rows) : T.Zero;
                slope[j] = mode == BatchNormMode.Train ? products[j] / T.CreateTruncating(x.Rows) * inverseDeviation[j] : T.Zero;
            }

            if (mode == BatchNormMode.Train)
            {
                var body = new BatchNormBackwardBody<T>
                {
                    X = terms.X,
                    DOutput = terms.DOutput,
                    Dx = new(dxFirst, dx.Stride),
                    Mean = terms.Mean,
                    Factor = new(factor, 0),
                    GradientMean = new(gradientMean, 0),
                    Slope = new(slope, 0),
                };
                ElementwiseLoop.Run<T, BatchNormBackwardBody<T>>(body, Blocks.Elementwise(x.Rows, columns, 0), threads);
            }
            else
            {
                // x - 0, times the factor, plus 0: no statistics depend on x.
                var body = new NormaliseBody<T>
                {
                    X = terms.DOutput,
                    Output = new(dxFirst, dx.Stride),
                    Centre = new(gradientMean, 0),
                    Factor = new(factor, 0),
                    Shift = new(slope, 0),
                };
                ElementwiseLoop.Run<T, NormaliseBody<T>>(body, Blocks.Elementwise(x.Rows, columns, 0), threads);
            }
        }
    }

    /// <summary>Per column: the mean, rounded, and the sums of the deviations from it and of their squares.</summary>
    private static void ColumnMoments<T>(Operand<T> x, nint rows, nint columns, T* mean, T* deviations, T* squares, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var scratch = ColumnSumLoop.Rent<T>(rows, columns);
        var sums = ColumnSumLoop.Run<T, ColumnValueTerms<T>>(new ColumnValueTerms<T> { X = x }, rows, columns, scratch, out _, threads);
        for (nint j = 0; j < columns; j++)
        {
            mean[j] = sums[j] / T.CreateTruncating(rows);
        }

        using var second = ColumnSumLoop.Rent<T>(rows, columns);
        sums = ColumnSumLoop.Run<T, ColumnDeviationTerms<T>>(new ColumnDeviationTerms<T> { X = x, Mean = new(mean, 0) }, rows, columns, second, out var stride, threads);
        for (nint j = 0; j < columns; j++)
        {
            deviations[j] = sums[j];
            squares[j] = sums[stride + j];
        }
    }

    private struct ColumnValueTerms<T> : IColumnTerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        public readonly void Prepare<TLanes>(nint row, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
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

    private struct ColumnDeviationTerms<T> : IColumnTerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Mean;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => true;
        }

        public readonly void Prepare<TLanes>(nint row, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            first = X.Load<TLanes, TAccess>(row, column, count) - Mean.Load<TLanes, TAccess>(0, column, count);
            second = first * first;
        }
    }

    /// <summary><c>output = (x - centre) ⊙ factor + shift</c>.</summary>
    private struct NormaliseBody<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public Operand<T> Centre;
        public Operand<T> Factor;
        public Operand<T> Shift;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var deviation = X.Load<TLanes, TAccess>(row, column, count) - Centre.Load<TLanes, TAccess>(0, column, count);
            Output.Store<TLanes, TAccess>(TLanes.FusedMultiplyAdd(deviation, Factor.Load<TLanes, TAccess>(0, column, count), Shift.Load<TLanes, TAccess>(0, column, count)), row, column, count);
        }
    }

    /// <summary><c>dOutput</c> and <c>dOutput ⊙ n</c>.</summary>
    private struct BatchNormBackwardTerms<T> : IColumnTerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> DOutput;
        public Operand<T> Mean;
        public Operand<T> InverseDeviation;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => true;
        }

        public readonly void Prepare<TLanes>(nint row, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            first = DOutput.Load<TLanes, TAccess>(row, column, count);
            var deviation = X.Load<TLanes, TAccess>(row, column, count) - Mean.Load<TLanes, TAccess>(0, column, count);
            second = first * (deviation * InverseDeviation.Load<TLanes, TAccess>(0, column, count));
        }
    }

    private struct BatchNormBackwardBody<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> DOutput;
        public Operand<T> Dx;
        public Operand<T> Mean;
        public Operand<T> Factor;
        public Operand<T> GradientMean;
        public Operand<T> Slope;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var deviation = X.Load<TLanes, TAccess>(row, column, count) - Mean.Load<TLanes, TAccess>(0, column, count);
            var difference = DOutput.Load<TLanes, TAccess>(row, column, count) - GradientMean.Load<TLanes, TAccess>(0, column, count);
            difference = TLanes.FusedMultiplyAdd(-deviation, Slope.Load<TLanes, TAccess>(0, column, count), difference);
            Dx.Store<TLanes, TAccess>(Factor.Load<TLanes, TAccess>(0, column, count) * difference, row, column, count);
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void BatchNormCore(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceTensor<T> runningMean, DeviceTensor<T> runningVariance, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon, double momentum) =>
        Dense.BatchNorm(mode, x.View(), Span(weight), Span(bias), Span(runningMean), Span(runningVariance), output.View(), Span(mean), Span(inverseDeviation), epsilon, momentum, Threads);

    protected override void BatchNormBackwardCore(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias) =>
        Dense.BatchNormBackward<T>(mode, x.View(), Span(weight), Span(mean), Span(inverseDeviation), dOutput.View(), dx.View(), Span(dWeight), Span(dBias), Threads);
}
