using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
            if (x.Columns <= SoftmaxStreamedWork<T>.MostColumns && ElementwiseLoop.IsStreamed(x.Rows, x.Columns, outputFirst, xFirst))
            {
                var blocks = Blocks.ByRows(x.Rows, x.Columns, SoftmaxStreamedWork<T>.RowsPerBlock, SoftmaxStreamedWork<T>.RowsPerBlock);
                var work = new SoftmaxStreamedWork<T>(new(xFirst, x.Stride), new(outputFirst, output.Stride), blocks);
                LanesWork.For<SoftmaxStreamedWork<T>, T>(ref work, blocks.Count, blocks.Threads(threads), x.Columns);
                return;
            }

            var body = new SoftmaxRows<T> { X = new(xFirst, x.Stride), Output = new(outputFirst, output.Stride) };
            if (x.Columns <= NarrowRowLoop.Widest<T>())
            {
                NarrowRowLoop.Run<T, SoftmaxRows<T>>(body, x.Rows, x.Columns, threads);
            }
            else
            {
                RowLoop.Run<T, SoftmaxState<T>, SoftmaxRows<T>>(body, x.Rows, x.Columns, threads);
            }
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
                Scale = T.One,
            };
            RowLoop.Run<T, RowSum<T>, SoftmaxBackwardRows<T>>(body, output.Rows, output.Columns, threads);
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
            var body = new LogSoftmaxRows<T> { X = new(xFirst, x.Stride), Output = new(outputFirst, output.Stride) };
            RowLoop.Run<T, LogSoftmaxState<T>, LogSoftmaxRows<T>>(body, x.Rows, x.Columns, threads);
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
            };
            RowLoop.Run<T, LogSoftmaxBackwardState<T>, LogSoftmaxBackwardRows<T>>(body, output.Rows, output.Columns, threads);
        }
    }

    /// <summary>What is subtracted in exponents: the maximum of a row, but 0 where that is <c>-∞</c>. The sum of the exponentials is then 0 for a row of all <c>-∞</c>, and for any other without NaN at least 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ShiftOf<T>(double maximum)
        where T : unmanaged, IFloatingPointIeee754<T>
        => double.IsNegativeInfinity(maximum) ? T.Zero : T.CreateTruncating(maximum);

    /// <summary>What exponentials are multiplied with: one over their sum; exponentials that are all 0 stay as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T FactorOf<T>(double sum)
        where T : unmanaged, IFloatingPointIeee754<T>
        => T.CreateTruncating(1 / (sum == 0 ? 1 : sum));

    /// <summary>The maximum of a row or a piece of it, for a shift: NaN counts for nothing or comes through, and is met again in <see cref="SumOfExponentials"/>.</summary>
    /// <remarks>A method of its own, like that sum: together the passes over a row exceed what the JIT is willing to inline.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double MaximumForShift<T, TLanes>(Operand<T> x, nint row, nint column, nint end)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        => double.CreateTruncating(RowLoop.MaxOfNumbers<T, TLanes>(x.Row(row) + column, end - column));

    /// <summary><c>Σ exp(x - shift)</c> over a row or a piece of it; the exponentials are stored unless <paramref name="exponentials"/> is absent.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double SumOfExponentials<T, TLanes>(Operand<T> x, Operand<T> exponentials, T shift, nint row, nint column, nint end)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        => RowLoop.Sums<T, TLanes, ExponentialTerms<T, TLanes>>(new ExponentialTerms<T, TLanes> { X = x, Output = exponentials, Shift = new(shift), Exponential = Exponential<TLanes, T>.Held }, row, column, end).First;

    private struct ExponentialTerms<T, TVector> : ITerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ILanes<TVector, T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public Broadcast<T, TVector> Shift;
        public Exponential<TVector, T> Exponential;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        public static bool IsLong
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
            var exponential = Exponential.Invoke(X.Load<TVector, TAccess>(row, column, count) - Shift.As<TVector>());
            first = Unsafe.BitCast<TVector, TLanes>(exponential);
            second = TLanes.Zero;
            if (!Output.IsAbsent)
            {
                Output.Store<TLanes, TAccess>(first, row, column, count);
            }
        }
    }

    private struct ScaleBody<T, TVector> : IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ILanes<TVector, T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public Broadcast<T, TVector> Factor;

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(X.Load<TLanes, TAccess>(row, column, count) * Factor.As<TLanes>(), row, column, count);
    }

    /// <summary>
    /// Softmax into an output that goes past the caches. While the exponentials of a row are taken, those of the row before are scaled and stored, and
    /// the maximum of the row after is found, so that memory is read and written all the time; the exponentials wait in the caches.
    /// </summary>
    private readonly struct SoftmaxStreamedWork<T>(Operand<T> x, Operand<T> output, in Blocks blocks) : ILanesWork<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>Rows up to this length, two of exponentials and two of the input, stay in the second-level cache, and short ones in the first.</summary>
        public const int MostColumns = 4096;

        /// <summary>Rows of a block, the first and the last of which are computed partly by themselves.</summary>
        public const int RowsPerBlock = 64;

        private readonly Operand<T> _x = x;
        private readonly Operand<T> _output = output;
        private readonly Blocks _blocks = blocks;

        public void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (row, endRow, _, columns) = _blocks.Range(block);
            using var scratch = Scratch.Rent(2 * Scratch.SizeOf<T>(MostColumns));
            var exponentials = scratch.Take<T>(MostColumns);
            var before = scratch.Take<T>(MostColumns);
            var shift = ShiftOf<T>(MaximumForShift<T, TLanes>(_x, row, 0, columns));
            var sum = SumOfExponentials<T, TLanes>(_x, new(exponentials, 0), shift, row, 0, columns);
            shift = row + 1 < endRow ? ShiftOf<T>(MaximumForShift<T, TLanes>(_x, row + 1, 0, columns)) : shift;
            for (row++; row < endRow; row++)
            {
                var last = exponentials;
                exponentials = before;
                before = last;
                var after = _x.Row(Math.Min(row + 1, endRow - 1));
                (sum, var maximum) = Row<TLanes>(_x.Row(row), exponentials, shift, before, _output.Row(row - 1), FactorOf<T>(sum), after, columns);
                shift = ShiftOf<T>(maximum);
            }

            Scale<TLanes>(exponentials, _output.Row(row - 1), FactorOf<T>(sum), columns);
            ElementwiseLoop.EndStream();
        }

        /// <summary>The exponentials of a row and their sum, the probabilities of the row before it, and the maximum of the row after it.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static (double Sum, double Maximum) Row<TLanes>(T* x, T* exponentials, T shift, T* before, T* output, T factor, T* after, nint columns)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            // The output begins a little further on, where it is aligned to the register, and so may end a register earlier.
            var head = ElementwiseLoop.Head<T, TLanes>(output, columns);
            Scale<TLanes>(before, output, factor, head);
            before += head;
            output += head;
            var outputEnd = (columns - head) / TLanes.Count * TLanes.Count;
            var end = columns / TLanes.Count * TLanes.Count;
            var exponential = Exponential<TLanes, T>.Held;
            var shifts = TLanes.Broadcast(shift);
            var factors = TLanes.Broadcast(factor);
            var maximum = TLanes.Constant(double.NegativeInfinity);
            double sum = 0;
            nint column = 0;
            while (column < end)
            {
                // Summed in the order of SumOfExponentials: two sums take turns.
                var sumEnd = Math.Min(column + 2 * RowLoop.RegistersPerSum * TLanes.Count, end);
                var bothEnd = Math.Min(sumEnd, outputEnd);
                TLanes next = TLanes.Zero, other = TLanes.Zero;
                for (; column < bothEnd; column += TLanes.Count)
                {
                    var power = exponential.Invoke(TLanes.Load(x + column) - shifts);
                    TLanes.Store(power, exponentials + column);
                    (next, other) = (other, next + power);
                    maximum = TLanes.AtLeast(maximum, TLanes.Load(after + column));
                    TLanes.StoreNonTemporal(TLanes.Load(before + column) * factors, output + column);
                }

                if (column < sumEnd)
                {
                    var power = exponential.Invoke(TLanes.Load(x + column) - shifts);
                    TLanes.Store(power, exponentials + column);
                    next += power;
                    column += TLanes.Count;
                }

                sum += double.CreateTruncating(TLanes.Sum(next + other));
            }

            // Before the calls, across which it would not stay in a register.
            var largest = double.CreateTruncating(TLanes.MaxAcross(maximum));
            largest = Math.Max(largest, MaximumForShift<T, TLanes>(new(after, 0), 0, outputEnd, columns));
            sum += SumOfExponentials<T, TLanes>(new(x, 0), new(exponentials, 0), shift, 0, end, columns);
            Scale<TLanes>(before + outputEnd, output + outputEnd, factor, columns - head - outputEnd);
            return (sum, largest);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Scale<TLanes>(T* exponentials, T* output, T factor, nint columns)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => ElementwiseLoop.RowStreamed<T, TLanes, ScaleBody<T, TLanes>>(new() { X = new(exponentials, 0), Output = new(output, 0), Factor = new(factor) }, 0, 0, columns);
    }

    /// <summary>The shift of the exponentials of a row, its maximum (0 for a row of all <c>-∞</c>), and one over their sum.</summary>
    private struct SoftmaxState<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T Shift;
        public T Factor;
    }

    /// <summary>A sum over a row.</summary>
    internal struct RowSum<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T Value;
    }

    private struct LogSoftmaxState<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T Shift;
        public T LogSum;
    }

    private struct LogSoftmaxBackwardState<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public bool IsMasked;
        public T Total;
    }

    private struct SoftmaxRows<T> : IRowPasses<T, SoftmaxState<T>>, INarrowRows<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Output;

        public static int Reductions => 2;

        public static bool FirstIsMaximum => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly (double First, double Second) Reduce<TLanes>(int reduction, in SoftmaxState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => (reduction == 0 ? MaximumForShift<T, TLanes>(X, row, column, end) : SumOfExponentials<T, TLanes>(X, Output, state.Shift, row, column, end), 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(int reduction, ref SoftmaxState<T> state, nint row, double first, double second)
        {
            if (reduction == 0)
            {
                state.Shift = ShiftOf<T>(first);
            }
            else
            {
                state.Factor = FactorOf<T>(first);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public readonly void Write<TLanes>(in SoftmaxState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            ElementwiseLoop.Row<T, TLanes, ScaleBody<T, TLanes>>(new() { X = Output, Output = Output, Factor = new(state.Factor) }, row, column, end);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Row<TLanes>(nint row, int count, TLanes mask)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var state = default(SoftmaxState<T>);
            var x = X.Load<TLanes, Partial>(row, 0, count);
            Finish(0, ref state, row, double.CreateTruncating(TLanes.MaxAcross(TLanes.Select(mask, x, TLanes.Constant(double.NegativeInfinity)))), 0);
            var exponential = TLanes.And(mask, Functions.Exp<TLanes, T>(x - TLanes.Broadcast(state.Shift)));
            Finish(1, ref state, row, double.CreateTruncating(TLanes.Sum(exponential)), 0);
            Output.Store<TLanes, Partial>(exponential * TLanes.Broadcast(state.Factor), row, 0, count);
        }
    }

    /// <summary><c>scale · output ⊙ (dOutput - ⟨output, dOutput⟩)</c> per row.</summary>
    internal struct SoftmaxBackwardRows<T> : IRowPasses<T, RowSum<T>>, ITerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Output;
        public Operand<T> DOutput;
        public Operand<T> Dx;
        public T Scale;
        public T Product;

        public static int Reductions => 1;

        public static bool FirstIsMaximum => false;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly (double First, double Second) Reduce<TLanes>(int reduction, in RowSum<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => RowLoop.Sums<T, TLanes, SoftmaxBackwardRows<T>>(this, row, column, end);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(int reduction, ref RowSum<T> state, nint row, double first, double second) => state.Value = T.CreateTruncating(first);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Write<TLanes>(in RowSum<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var body = this;
            body.Product = state.Value;
            ElementwiseLoop.Row<T, TLanes, SoftmaxBackwardRows<T>>(body, row, column, end);
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
            Dx.Store<TLanes, TAccess>(TLanes.Broadcast(Scale) * Output.Load<TLanes, TAccess>(row, column, count) * difference, row, column, count);
        }
    }

    private struct LogSoftmaxRows<T> : IRowPasses<T, LogSoftmaxState<T>>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public LogSoftmaxState<T> State;

        public static int Reductions => 2;

        public static bool FirstIsMaximum => true;

        // The sum alone is wanted, so nothing is stored before the last pass, and x may be the output.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly (double First, double Second) Reduce<TLanes>(int reduction, in LogSoftmaxState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => (reduction == 0 ? MaximumForShift<T, TLanes>(X, row, column, end) : SumOfExponentials<T, TLanes>(X, default, state.Shift, row, column, end), 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(int reduction, ref LogSoftmaxState<T> state, nint row, double first, double second)
        {
            if (reduction == 0)
            {
                state.Shift = ShiftOf<T>(first);
            }
            else
            {
                state.LogSum = first == 0 ? T.Zero : T.CreateTruncating(Math.Log(first));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Write<TLanes>(in LogSoftmaxState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var body = this;
            body.State = state;
            ElementwiseLoop.Row<T, TLanes, LogSoftmaxRows<T>>(body, row, column, end);
        }

        // Two subtractions: the sum of shift and logarithm would round where logits are large.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(State.Shift) - TLanes.Broadcast(State.LogSum), row, column, count);
    }

    private struct LogSoftmaxBackwardRows<T> : IRowPasses<T, LogSoftmaxBackwardState<T>>, ITerms<T>, IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Output;
        public Operand<T> DOutput;
        public Operand<T> Dx;
        public T Total;

        public static int Reductions => 2;

        public static bool FirstIsMaximum => true;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly (double First, double Second) Reduce<TLanes>(int reduction, in LogSoftmaxBackwardState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => reduction == 0
                ? (double.CreateTruncating(RowLoop.Max<T, TLanes>(Output.Row(row) + column, end - column)), 0)
                : RowLoop.Sums<T, TLanes, LogSoftmaxBackwardRows<T>>(this, row, column, end);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(int reduction, ref LogSoftmaxBackwardState<T> state, nint row, double first, double second)
        {
            if (reduction == 0)
            {
                state.IsMasked = double.IsNegativeInfinity(first);
            }
            else
            {
                state.Total = T.CreateTruncating(first);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Write<TLanes>(in LogSoftmaxBackwardState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (state.IsMasked)
            {
                ElementwiseLoop.Row<T, TLanes, FillBody<T>>(new FillBody<T> { Output = Dx, Value = T.Zero }, row, column, end);
                return;
            }

            var body = this;
            body.Total = state.Total;
            ElementwiseLoop.Row<T, TLanes, LogSoftmaxBackwardRows<T>>(body, row, column, end);
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
