using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>
    /// Softmax of every row: <c>output[i, j] = exp(x[i, j] - m_i) / Σ_k exp(x[i, k] - m_i)</c>, <c>m_i</c> the row's maximum.
    /// A row of all <c>-∞</c> gives 0; a NaN in a row makes the row NaN.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Logits <c>[B, C]</c>.</param>
    /// <param name="output">Probabilities <c>[B, C]</c>; overwritten; may be <paramref name="x"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Softmax<T>(ReadOnlyMatrixView<T> x, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Output(output, x.Rows, x.Columns);
        fixed (T* xFirst = &x.First, outputFirst = &output.First)
        {
            var body = new SoftmaxRows<T> { X = new(xFirst, x.Stride), Output = new(outputFirst, output.Stride), Columns = x.Columns };
            RowLoop.Run<T, SoftmaxRows<T>>(body, x.Rows, x.Columns, threads);
        }
    }

    /// <summary>Gradient of <see cref="Softmax"/>: <c>dx = p ⊙ (dOutput - ⟨p, dOutput⟩)</c> per row, <c>p = output</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="output">What the forward call wrote, <c>[B, C]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, C]</c>.</param>
    /// <param name="dx">Gradient of the logits, <c>[B, C]</c>; overwritten; may be <paramref name="dOutput"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void SoftmaxBackward<T>(ReadOnlyMatrixView<T> output, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dx, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(output);
        Argument.Matrix(dOutput, output.Rows, output.Columns);
        Argument.Output(dx, output.Rows, output.Columns);
        fixed (T* outputFirst = &output.First, dOutputFirst = &dOutput.First, dxFirst = &dx.First)
        {
            var body = new SoftmaxBackwardRows<T>
            {
                Output = new(outputFirst, output.Stride),
                DOutput = new(dOutputFirst, dOutput.Stride),
                Dx = new(dxFirst, dx.Stride),
                Columns = output.Columns,
            };
            RowLoop.Run<T, SoftmaxBackwardRows<T>>(body, output.Rows, output.Columns, threads);
        }
    }

    /// <summary>
    /// Log-softmax of every row: <c>output[i, j] = x[i, j] - m_i - log Σ_k exp(x[i, k] - m_i)</c>, in nats. A row of all <c>-∞</c> gives <c>-∞</c>; a NaN in a row makes the row NaN.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Logits <c>[B, C]</c>.</param>
    /// <param name="output">Log probabilities <c>[B, C]</c>; overwritten; may be <paramref name="x"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void LogSoftmax<T>(ReadOnlyMatrixView<T> x, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Output(output, x.Rows, x.Columns);
        fixed (T* xFirst = &x.First, outputFirst = &output.First)
        {
            var body = new LogSoftmaxRows<T> { X = new(xFirst, x.Stride), Output = new(outputFirst, output.Stride), Columns = x.Columns };
            RowLoop.Run<T, LogSoftmaxRows<T>>(body, x.Rows, x.Columns, threads);
        }
    }

    /// <summary>Gradient of <see cref="LogSoftmax"/>: <c>dx = dOutput - exp(output) Σ_k dOutput_k</c> per row; 0 for a row of all <c>-∞</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="output">What the forward call wrote, <c>[B, C]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, C]</c>.</param>
    /// <param name="dx">Gradient of the logits, <c>[B, C]</c>; overwritten; may be <paramref name="dOutput"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void LogSoftmaxBackward<T>(ReadOnlyMatrixView<T> output, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dx, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(output);
        Argument.Matrix(dOutput, output.Rows, output.Columns);
        Argument.Output(dx, output.Rows, output.Columns);
        fixed (T* outputFirst = &output.First, dOutputFirst = &dOutput.First, dxFirst = &dx.First)
        {
            var body = new LogSoftmaxBackwardRows<T>
            {
                Output = new(outputFirst, output.Stride),
                DOutput = new(dOutputFirst, dOutput.Stride),
                Dx = new(dxFirst, dx.Stride),
                Columns = output.Columns,
            };
            RowLoop.Run<T, LogSoftmaxBackwardRows<T>>(body, output.Rows, output.Columns, threads);
        }
    }

    /// <summary>
    /// <c>Σ_k exp(x_k - m)</c> of one row and the shift <c>m</c>, its maximum; the exponentials are stored if there is an output.
    /// A row of all <c>-∞</c> (or an empty one) has sum 0 and shift 0; any other without NaN has a sum of at least 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double SumOfExponentials<T, TLanes>(Operand<T> x, Operand<T> output, nint row, nint columns, out T shift)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        shift = RowLoop.Max<T, TLanes>(x.Row(row), columns);
        if (shift == T.NegativeInfinity)
        {
            shift = T.Zero;
        }

        var terms = new ExponentialTerms<T> { X = x, Output = output, Shift = shift };
        return RowLoop.Sums<T, TLanes, ExponentialTerms<T>>(terms, row, 0, columns).First;
    }

    private struct ExponentialTerms<T> : ITerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public T Shift;

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
            first = Functions.Exp<TLanes, T>(X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(Shift));
            second = TLanes.Zero;
            if (!Output.IsAbsent)
            {
                Output.Store<TLanes, TAccess>(first, row, column, count);
            }
        }
    }

    private struct ScaleBody<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Output;
        public T Factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(Output.Load<TLanes, TAccess>(row, column, count) * TLanes.Broadcast(Factor), row, column, count);
    }

    private struct SoftmaxRows<T> : IRows<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public nint Columns;

        public readonly void Row<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var sum = SumOfExponentials<T, TLanes>(X, Output, row, Columns, out _);
            if (sum != 0)
            {
                var scale = new ScaleBody<T> { Output = Output, Factor = T.CreateTruncating(1 / sum) };
                ElementwiseLoop.Row<T, TLanes, ScaleBody<T>>(scale, row, 0, Columns);
            }
        }
    }

    private struct SoftmaxBackwardRows<T> : IRows<T>, ITerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Output;
        public Operand<T> DOutput;
        public Operand<T> Dx;
        public nint Columns;
        public T Product;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        public readonly void Row<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var body = this;
            body.Product = T.CreateTruncating(RowLoop.Sums<T, TLanes, SoftmaxBackwardRows<T>>(this, row, 0, Columns).First);
            ElementwiseLoop.Row<T, TLanes, SoftmaxBackwardRows<T>>(body, row, 0, Columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            first = Output.Load<TLanes, TAccess>(row, column, count) * DOutput.Load<TLanes, TAccess>(row, column, count);
            second = TLanes.Zero;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var difference = DOutput.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(Product);
            Dx.Store<TLanes, TAccess>(Output.Load<TLanes, TAccess>(row, column, count) * difference, row, column, count);
        }
    }

    private struct LogSoftmaxRows<T> : IRows<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public nint Columns;
        public T Shift;
        public T LogSum;

        public readonly void Row<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            // The sum alone is wanted, so nothing is stored before the last pass, and x may be the output.
            var sum = SumOfExponentials<T, TLanes>(X, default, row, Columns, out var shift);
            var body = this;
            body.Shift = shift;
            body.LogSum = sum == 0 ? T.Zero : T.CreateTruncating(Math.Log(sum));
            ElementwiseLoop.Row<T, TLanes, LogSoftmaxRows<T>>(body, row, 0, Columns);
        }

        // Two subtractions: the sum of shift and logarithm would round where logits are large.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(Shift) - TLanes.Broadcast(LogSum), row, column, count);
    }

    private struct LogSoftmaxBackwardRows<T> : IRows<T>, ITerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Output;
        public Operand<T> DOutput;
        public Operand<T> Dx;
        public nint Columns;
        public T Total;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        public readonly void Row<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (RowLoop.Max<T, TLanes>(Output.Row(row), Columns) == T.NegativeInfinity)
            {
                ElementwiseLoop.Row<T, TLanes, FillBody<T>>(new FillBody<T> { Output = Dx, Value = T.Zero }, row, 0, Columns);
                return;
            }

            var body = this;
            body.Total = T.CreateTruncating(RowLoop.Sums<T, TLanes, LogSoftmaxBackwardRows<T>>(this, row, 0, Columns).First);
            ElementwiseLoop.Row<T, TLanes, LogSoftmaxBackwardRows<T>>(body, row, 0, Columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            first = DOutput.Load<TLanes, TAccess>(row, column, count);
            second = TLanes.Zero;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var probability = Functions.Exp<TLanes, T>(Output.Load<TLanes, TAccess>(row, column, count));
            var gradient = DOutput.Load<TLanes, TAccess>(row, column, count);
            Dx.Store<TLanes, TAccess>(TLanes.FusedMultiplyAdd(-TLanes.Broadcast(Total), probability, gradient), row, column, count);
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void SoftmaxCore(DeviceMatrix<T> x, DeviceMatrix<T> output) => Dense.Softmax(x.View(), output.View(), Threads);

    protected override void SoftmaxBackwardCore(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx) =>
        Dense.SoftmaxBackward(output.View(), dOutput.View(), dx.View(), Threads);

    protected override void LogSoftmaxCore(DeviceMatrix<T> x, DeviceMatrix<T> output) => Dense.LogSoftmax(x.View(), output.View(), Threads);

    protected override void LogSoftmaxBackwardCore(DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx) =>
        Dense.LogSoftmaxBackward(output.View(), dOutput.View(), dx.View(), Threads);
}
