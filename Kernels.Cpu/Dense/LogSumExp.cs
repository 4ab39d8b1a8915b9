using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>
    /// Log-sum-exp of every row: <c>output[i] = m_i + log Σ_j exp(x[i, j] - m_i)</c>, <c>m_i</c> the row's maximum, in nats. An empty row and one of all <c>-∞</c> give
    /// <c>-∞</c>; <c>+∞</c> gives <c>+∞</c>; NaN gives NaN. A vector is a matrix of one row.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Values <c>[B, C]</c>.</param>
    /// <param name="output">Result of every row, <c>[B]</c>; overwritten.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void LogSumExp<T>(ReadOnlyMatrixView<T> x, Span<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Vector<T>(output, x.Rows);
        if (x.Columns == 0)
        {
            output.Fill(T.NegativeInfinity);
            return;
        }

        fixed (T* xFirst = &x.First, outputFirst = output)
        {
            var body = new LogSumExpRows<T> { X = new(xFirst, x.Stride), Output = outputFirst };
            RowLoop.Run<T, LogSumExpState<T>, LogSumExpRows<T>>(body, x.Rows, x.Columns, threads);
        }
    }

    /// <summary>Gradient of <see cref="LogSumExp"/>: <c>dx[i, j] = dOutput[i] · exp(x[i, j] - output[i])</c>; 0 where <c>output[i] = -∞</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Values <c>[B, C]</c>.</param>
    /// <param name="output">What the forward call wrote, <c>[B]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B]</c>.</param>
    /// <param name="dx">Gradient of the values, <c>[B, C]</c>; overwritten; may be <paramref name="x"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void LogSumExpBackward<T>(ReadOnlyMatrixView<T> x, ReadOnlySpan<T> output, ReadOnlySpan<T> dOutput, MatrixView<T> dx, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Vector(output, x.Rows);
        Argument.Vector(dOutput, x.Rows);
        Argument.Output(dx, x.Rows, x.Columns);
        fixed (T* xFirst = &x.First, outputFirst = output, dOutputFirst = dOutput, dxFirst = &dx.First)
        {
            var body = new LogSumExpBackwardBody<T> { X = new(xFirst, x.Stride), Output = outputFirst, DOutput = dOutputFirst, Dx = new(dxFirst, dx.Stride) };

            // The rows are told apart, so they do not become one.
            var blocks = x.Columns > 2 * Blocks.Elements ? Blocks.Pieces(x.Rows, x.Columns) : Blocks.ByRows(x.Rows, x.Columns);
            ElementwiseLoop.Run<T, LogSumExpBackwardBody<T>>(body, blocks, threads);
        }
    }

    /// <summary>The maximum of a row, in full and as what is subtracted.</summary>
    private struct LogSumExpState<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public double Maximum;
        public T Shift;
    }

    private struct LogSumExpRows<T> : IRowPasses<T, LogSumExpState<T>>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public T* Output;

        public static int Reductions => 2;

        public static bool FirstIsMaximum => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly (double First, double Second) Reduce<TLanes>(int reduction, in LogSumExpState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => reduction == 0
                ? (double.CreateTruncating(RowLoop.Max<T, TLanes>(X.Row(row) + column, end - column)), 0)
                : (SumOfExponentials<T, TLanes>(X, default, state.Shift, row, column, end), 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(int reduction, ref LogSumExpState<T> state, nint row, double first, double second)
        {
            if (reduction == 0)
            {
                state.Maximum = first;
                state.Shift = ShiftOf<T>(first);
            }
            else
            {
                // Where the maximum is not finite it is the answer.
                Output[row] = T.CreateTruncating(double.IsFinite(state.Maximum) ? state.Maximum + Math.Log(first) : state.Maximum);
            }
        }

        // One number per row, written when it is known.
        public readonly void Write<TLanes>(in LogSumExpState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
        }
    }

    private struct LogSumExpBackwardBody<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public T* Output;
        public T* DOutput;
        public Operand<T> Dx;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            // A row of all -∞ has -∞ less 0 in its exponents.
            var masked = Output[row] == T.NegativeInfinity;
            var exponential = Functions.Exp<TLanes, T>(X.Load<TLanes, TAccess>(row, column, count) - TLanes.Broadcast(masked ? T.Zero : Output[row]));
            Dx.Store<TLanes, TAccess>(TLanes.Broadcast(masked ? T.Zero : DOutput[row]) * exponential, row, column, count);
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void LogSumExpCore(DeviceMatrix<T> x, DeviceTensor<T> output) => Dense.LogSumExp<T>(x.View(), Span(output), Threads);

    protected override void LogSumExpBackwardCore(DeviceMatrix<T> x, DeviceTensor<T> output, DeviceTensor<T> dOutput, DeviceMatrix<T> dx) =>
        Dense.LogSumExpBackward<T>(x.View(), Span(output), Span(dOutput), dx.View(), Threads);
}
