using System.Numerics;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>
    /// Softmax cross-entropy with integer labels: <c>-Σ_{i not ignored} log softmax(logits_i)[label_i]</c>. All rows ignored: 0. A row of all <c>-∞</c> that counts makes the loss NaN.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Logits <c>[B, C]</c>.</param>
    /// <param name="label">Labels <c>[B]</c>; not read in ignored rows.</param>
    /// <param name="ignore">1 where a row is left out, <c>[B]</c>; empty when every row counts.</param>
    /// <param name="fault">Receives the first row that counts and has a label outside <c>[0, C)</c>, or -1; the loss is NaN then.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    /// <returns>The sum, in nats.</returns>
    public static T CrossEntropy<T>(ReadOnlyMatrixView<T> logits, ReadOnlySpan<int> label, ReadOnlySpan<byte> ignore, out long fault, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logits);
        Argument.Vector(label, logits.Rows);
        Argument.OptionalVector(ignore, logits.Rows);

        var blocks = Blocks.ByRows(logits.Rows, Math.Max(logits.Columns, 1));
        using var scratch = Scratch.Rent(Scratch.SizeOf<double>(blocks.Count) + Scratch.SizeOf<long>(blocks.Count));
        var sums = scratch.Take<double>(blocks.Count);
        var faults = scratch.Take<long>(blocks.Count);
        fixed (T* logitsFirst = &logits.First)
        {
            fixed (int* labelFirst = label)
            {
                fixed (byte* ignoreFirst = ignore)
                {
                    var work = new CrossEntropyWork<T>(new(logitsFirst, logits.Stride), labelFirst, ignoreFirst, logits.Columns, blocks, sums, faults);
                    Workers.For(ref work, blocks.Count, blocks.Threads(threads));
                }
            }
        }

        fault = -1;
        for (var block = 0; block < blocks.Count && fault < 0; block++)
        {
            fault = faults[block];
        }

        return fault < 0 ? T.CreateTruncating(SumLoop.Total(sums, blocks.Count)) : T.NaN;
    }

    /// <summary>Gradient of <see cref="CrossEntropy"/>: <c>dLogits_i = c (softmax(logits_i) - onehot(label_i))</c>, 0 in ignored rows, NaN in a row whose label is out of range or whose logits are all <c>-∞</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Logits <c>[B, C]</c>.</param>
    /// <param name="label">Labels <c>[B]</c>; not read in ignored rows.</param>
    /// <param name="ignore">1 where a row is left out, <c>[B]</c>; empty when every row counts.</param>
    /// <param name="scale">Gradient of the loss, <c>c</c>: 1 for a sum, 1 over the number of rows for a mean.</param>
    /// <param name="dLogits">Gradient of the logits, <c>[B, C]</c>; overwritten; may be <paramref name="logits"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void CrossEntropyBackward<T>(ReadOnlyMatrixView<T> logits, ReadOnlySpan<int> label, ReadOnlySpan<byte> ignore, T scale, MatrixView<T> dLogits, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logits);
        Argument.Vector(label, logits.Rows);
        Argument.OptionalVector(ignore, logits.Rows);
        Argument.Output(dLogits, logits.Rows, logits.Columns);
        fixed (T* logitsFirst = &logits.First, dLogitsFirst = &dLogits.First)
        {
            fixed (int* labelFirst = label)
            {
                fixed (byte* ignoreFirst = ignore)
                {
                    var body = new CrossEntropyBackwardRows<T>
                    {
                        Logits = new(logitsFirst, logits.Stride),
                        DLogits = new(dLogitsFirst, dLogits.Stride),
                        Label = labelFirst,
                        Ignore = ignoreFirst,
                        Columns = logits.Columns,
                        Scale = scale,
                    };
                    RowLoop.Run<T, SoftmaxState<T>, CrossEntropyBackwardRows<T>>(body, logits.Rows, logits.Columns, threads);
                }
            }
        }
    }

    private readonly struct CrossEntropyWork<T>(Operand<T> logits, int* label, byte* ignore, nint columns, Blocks blocks, double* sums, long* faults) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Operand<T> _logits = logits;
        private readonly int* _label = label;
        private readonly byte* _ignore = ignore;
        private readonly nint _columns = columns;
        private readonly Blocks _blocks = blocks;
        private readonly double* _sums = sums;
        private readonly long* _faults = faults;

        public void Run(int block)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Run<Lanes512<T>>(block);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Run<Lanes256<T>>(block);
            }
            else
            {
                Run<Lanes128<T>>(block);
            }
        }

        private void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (row, endRow, _, _) = _blocks.Range(block);
            double sum = 0;
            long fault = -1;
            for (; row < endRow; row++)
            {
                if (_ignore is not null && _ignore[row] != 0)
                {
                    continue;
                }

                if ((uint)_label[row] >= (nuint)_columns)
                {
                    fault = fault < 0 ? row : fault;
                    continue;
                }

                // The difference first: it is exact where logits are large and near each other.
                var shift = ShiftOf<T>(MaximumForShift<T, TLanes>(_logits, row, 0, _columns));
                var total = SumOfExponentials<T, TLanes>(_logits, default, shift, row, 0, _columns);
                sum += Math.Log(total) + double.CreateTruncating(shift) - double.CreateTruncating(_logits.Row(row)[_label[row]]);
            }

            _sums[block] = sum;
            _faults[block] = fault;
        }
    }

    private struct CrossEntropyBackwardRows<T> : IRowPasses<T, SoftmaxState<T>>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Logits;
        public Operand<T> DLogits;
        public int* Label;
        public byte* Ignore;
        public nint Columns;
        public T Scale;

        public static int Reductions => 2;

        public static bool FirstIsMaximum => true;

        public readonly (double First, double Second) Reduce<TLanes>(int reduction, in SoftmaxState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (IsIgnored(row) || IsOutOfRange(row))
            {
                return default;
            }

            return (reduction == 0 ? MaximumForShift<T, TLanes>(Logits, row, column, end) : SumOfExponentials<T, TLanes>(Logits, DLogits, state.Shift, row, column, end), 0);
        }

        public readonly void Finish(int reduction, ref SoftmaxState<T> state, nint row, double first, double second)
        {
            if (reduction == 0)
            {
                state.Shift = ShiftOf<T>(first);
            }
            else
            {
                state.Factor = T.CreateTruncating(double.CreateTruncating(Scale) / first);
            }
        }

        public readonly void Write<TLanes>(in SoftmaxState<T> state, nint row, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (IsIgnored(row) || IsOutOfRange(row))
            {
                ElementwiseLoop.Row<T, TLanes, FillBody<T>>(new FillBody<T> { Output = DLogits, Value = IsIgnored(row) ? T.Zero : T.NaN }, row, column, end);
                return;
            }

            ElementwiseLoop.Row<T, TLanes, ScaleBody<T, TLanes>>(new ScaleBody<T, TLanes> { X = DLogits, Output = DLogits, Factor = new(state.Factor) }, row, column, end);
            if (Label[row] >= column && Label[row] < end)
            {
                DLogits.Row(row)[Label[row]] -= Scale;
            }
        }

        private readonly bool IsIgnored(nint row) => Ignore is not null && Ignore[row] != 0;

        private readonly bool IsOutOfRange(nint row) => (uint)Label[row] >= (nuint)Columns;
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void CrossEntropyCore(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, DeviceTensor<T> loss)
    {
        *loss.Pointer = Dense.CrossEntropy<T>(logits.View(), Span(label), Span(ignore), out var fault, Threads);
        if (fault >= 0)
        {
            device.ReportFault(fault);
        }
    }

    protected override void CrossEntropyBackwardCore(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, T scale, DeviceMatrix<T> dLogits) =>
        Dense.CrossEntropyBackward(logits.View(), Span(label), Span(ignore), scale, dLogits.View(), Threads);
}
