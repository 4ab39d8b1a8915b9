using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>
    /// <c>k</c> different categories per row, drawn without replacement with given uniforms: those of the <c>k</c> largest keys <c>logWeights[i, j] - ln(-ln uniform[i, j])</c>, largest first, equal keys in index order;
    /// a weight of 0 (<c>-∞</c>) is never chosen.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logWeights">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>.</param>
    /// <param name="index">The categories in order of choice, <c>[B, k]</c>, <c>k ≤ n</c>; overwritten; -1 in a row with fewer than <c>k</c> positive weights or with a key that is NaN.</param>
    /// <param name="key">Their keys, <c>[B, k]</c>; overwritten, NaN where the index is -1; may be absent.</param>
    /// <param name="fault">Receives the first row of indices -1, or -1 when there is none.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GumbelTopK<T>(ReadOnlyMatrixView<T> logWeights, ReadOnlyMatrixView<T> uniform, MatrixView<int> index, MatrixView<T> key, out long fault, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logWeights);
        Argument.Matrix(uniform, logWeights.Rows, logWeights.Columns);
        fixed (T* uniformFirst = &uniform.First)
        {
            GumbelTopK(logWeights, new NoiseOperand<T>(new Operand<T>(uniformFirst, uniform.Stride)), index, key, out fault, threads);
        }
    }

    /// <summary><c>k</c> different categories per row, drawn without replacement, with uniforms as <see cref="Uniform"/> draws them; the order of choice is Plackett–Luce.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logWeights">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Where to draw the uniforms.</param>
    /// <param name="index">The categories in order of choice, <c>[B, k]</c>, <c>k ≤ n</c>; overwritten; -1 in a row with fewer than <c>k</c> positive weights or with a key that is NaN.</param>
    /// <param name="key">Their keys, <c>[B, k]</c>; overwritten, NaN where the index is -1; may be absent.</param>
    /// <param name="fault">Receives the first row of indices -1, or -1 when there is none.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GumbelTopK<T>(ReadOnlyMatrixView<T> logWeights, PhiloxPosition uniform, MatrixView<int> index, MatrixView<T> key, out long fault, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logWeights);
        Argument.Range(uniform, (long)logWeights.Rows * logWeights.Columns);
        GumbelTopK(logWeights, new NoiseOperand<T>(uniform), index, key, out fault, threads);
    }

    private static void GumbelTopK<T>(ReadOnlyMatrixView<T> logWeights, in NoiseOperand<T> uniform, MatrixView<int> index, MatrixView<T> key, out long fault, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Categories(logWeights);
        Argument.Output(index, logWeights.Rows, index.Columns);
        if (index.Columns > logWeights.Columns)
        {
            throw new ArgumentException($"index: expected at most the {logWeights.Columns} categories as columns, but got {index.Columns}.", nameof(index));
        }

        Argument.OptionalOutput(key, logWeights.Rows, index.Columns);
        fixed (T* logWeightsFirst = &logWeights.First, keyFirst = &key.First)
        {
            fixed (int* indexFirst = &index.First)
            {
                var keys = new TopKeys<T> { Index = indexFirst, IndexStride = index.Stride, Key = new(keyFirst, key.Stride), Choices = (int)index.Columns };
                KeyLoop.Run<T, TopKeys<T>>(keys, new(logWeightsFirst, logWeights.Stride), uniform, logWeights.Rows, logWeights.Columns, threads);
            }
        }

        fault = -1;
        for (nint row = 0; row < index.Rows && index.Columns > 0 && fault < 0; row++)
        {
            fault = index[row, 0] < 0 ? row : -1;
        }
    }

    /// <summary>
    /// The largest keys so far as a heap with the worst of them at its root: a new key is compared with one number, and some <c>k ln(n / k)</c> of <c>n</c> keys get in.
    /// Keys come in index order, so a key equal to the root stays out.
    /// </summary>
    private struct TopKeys<T> : IKeys<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Keys whose maximum is compared with the root, to pass over all of them at once.
        private const int Group = 64;

        public int* Index;
        public nint IndexStride;
        public Operand<T> Key;
        public int Choices;
        private T* _keys;
        private int* _columns;
        private int _size;
        private bool _isInvalid;

        public readonly nuint WorkspaceBytes => Scratch.SizeOf<T>(Choices) + Scratch.SizeOf<int>(Choices);

        public void Start(Scratch workspace)
        {
            _keys = workspace.Take<T>(Choices);
            _columns = workspace.Take<int>(Choices);
        }

        public void BeginRow(nint row) => (_size, _isInvalid) = (0, false);

        public void Take<TLanes>(nint row, nint column, T* keys, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            if (Choices == 0)
            {
                return;
            }

            for (var start = 0; start < count; start += Group)
            {
                var end = Math.Min(start + Group, count);
                var largest = RowLoop.Max<T, TLanes>(keys + start, end - start);
                _isInvalid |= T.IsNaN(largest);
                if (_size == Choices && !(largest > _keys[0]))
                {
                    continue;
                }

                for (var i = start; i < end; i++)
                {
                    if (_size == Choices)
                    {
                        if (keys[i] > _keys[0])
                        {
                            Sink(0, keys[i], (int)column + i);
                        }
                    }
                    else if (keys[i] > T.NegativeInfinity)
                    {
                        Raise(_size++, keys[i], (int)column + i);
                    }
                }
            }
        }

        public void EndRow(nint row)
        {
            var index = Index + row * IndexStride;
            var key = Key.IsAbsent ? null : Key.Row(row);
            var isFault = _isInvalid || _size < Choices;

            // Taking the worst again and again fills the row from its end.
            for (var i = Choices - 1; i >= 0; i--)
            {
                index[i] = isFault ? -1 : _columns[0];
                if (key is not null)
                {
                    key[i] = isFault ? T.NaN : _keys[0];
                }

                if (!isFault)
                {
                    _size--;
                    Sink(0, _keys[_size], _columns[_size]);
                }
            }
        }

        private readonly bool IsWorse(T key, int column, int other) => key < _keys[other] || (key == _keys[other] && column > _columns[other]);

        private readonly void Set(int place, T key, int column) => (_keys[place], _columns[place]) = (key, column);

        // Puts a key into the empty place or above it.
        private readonly void Raise(int place, T key, int column)
        {
            for (int parent; place > 0 && IsWorse(key, column, parent = (place - 1) / 2); place = parent)
            {
                Set(place, _keys[parent], _columns[parent]);
            }

            Set(place, key, column);
        }

        // Puts a key into the empty place or below it.
        private readonly void Sink(int place, T key, int column)
        {
            while (true)
            {
                var child = 2 * place + 1;
                if (child >= _size)
                {
                    break;
                }

                child += child + 1 < _size && IsWorse(_keys[child + 1], _columns[child + 1], child) ? 1 : 0;
                if (IsWorse(key, column, child))
                {
                    break;
                }

                Set(place, _keys[child], _columns[child]);
                place = child;
            }

            Set(place, key, column);
        }
    }
}

internal sealed partial class CpuSamplingKernels<T>
{
    protected override void GumbelTopKCore(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index, DeviceMatrix<T> key)
    {
        var indices = ((DeviceMatrix<int>)index).View();
        long fault;
        if (uniform.IsDrawn)
        {
            Sampling.GumbelTopK<T>(logWeights.View(), uniform.Position, indices, key.View(), out fault, Threads);
        }
        else
        {
            Sampling.GumbelTopK<T>(logWeights.View(), uniform.Values.View(), indices, key.View(), out fault, Threads);
        }

        ReportFault(fault);
    }
}
