using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Messages
{
    /// <summary><see cref="MessageKernels{T}.NearestNeighbours"/>: the <c>k</c> nearest other rows of every row, nearest first, ties to the lower row number.</summary>
    /// <remarks>Exact: candidates pass a filter that allows for the rounding of the matrix product, and are then compared by <c>Σ (x_i - x_j)²</c> in double.</remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Features <c>[N, F]</c>, finite.</param>
    /// <param name="output">Row numbers <c>[N, k]</c>, <c>1 ≤ k &lt; N</c>; overwritten.</param>
    /// <param name="threads">Threads to use at most; the result does not depend on it.</param>
    /// <returns>The first row with a NaN or an infinity, or -1. With one, the neighbours mean nothing.</returns>
    /// <exception cref="ArgumentException">A shape does not fit; the message names the argument.</exception>
    public static long NearestNeighbours<T>(ReadOnlyMatrixView<T> x, MatrixView<int> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ViewShape.Output(output, x.Rows, output.Columns);
        if (output.Columns < 1 || output.Columns >= x.Rows)
        {
            throw new ArgumentOutOfRangeException(nameof(output), $"output: expected k in [1, {x.Rows}) columns, but got {output.Columns}.");
        }

        fixed (T* from = &x.First)
        fixed (int* to = &output.First)
        {
            return NearestNeighboursWork<T>.Run(from, x.Stride, x.Rows, x.Columns, to, output.Stride, (int)output.Columns, threads);
        }
    }
}

internal sealed partial class CpuMessageKernels<T>
{
    protected override void NearestNeighboursCore(DeviceMatrix<T> x, DeviceTensor<int> output)
    {
        var fault = Native.Kernels.Cpu.Messages.NearestNeighbours<T>(x.View(), View(output, output.Rows, output.Columns), Threads);
        if (fault >= 0)
        {
            device.ReportFault(fault);
        }
    }
}

/// <summary>
/// Tiles of <c>X Xᵀ</c>; in each, a row keeps the columns whose distance may still be among its <c>k</c> smallest.
/// </summary>
/// <remarks>
/// <c>‖x_i - x_j‖² = n_i + n_j - 2 x_i·x_j</c> holds in <typeparamref name="T"/> to <c>c (n_i + n_j)</c>, <c>n = ‖x‖²</c>, <c>c</c> the sum of the rounding errors of a
/// product over F terms and of the few operations around it. So a column is passed over only when
/// <c>(1 - c)(n_i + n_j) - 2 x_i·x_j</c> exceeds the distance of the k-th candidate. Columns come in ascending order, so ties stay with the lower row.
/// </remarks>
internal unsafe struct NearestNeighboursWork<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int TileRows = 64;
    private const int TileColumns = 512;

    private T* _x;
    private nint _stride;
    private nint _rows;
    private nint _features;
    private int* _output;
    private nint _outputStride;
    private int _neighbours;

    // (1 - c) n_j, or -∞ where it might overflow, so that the column is never passed over; and what a row's threshold is lowered by, likewise.
    private T* _norms;
    private double* _rowNorms;
    private double _slack;

    public static long Run(T* x, nint stride, nint rows, nint features, int* output, nint outputStride, int neighbours, int threads)
    {
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(rows) + Scratch.SizeOf<double>(rows));
        var unit = sizeof(T) == 4 ? 1.0 / (1 << 24) : 1.0 / (1L << 53);
        var (largest, smallest) = sizeof(T) == 4 ? (float.MaxValue / 16.0, 1.2e-38) : (double.MaxValue / 16.0, 2.3e-308);
        var shrink = 1 - (4 * features + 32) * unit;
        var work = new NearestNeighboursWork<T>
        {
            _x = x,
            _stride = stride,
            _rows = rows,
            _features = features,
            _output = output,
            _outputStride = outputStride,
            _neighbours = neighbours,
            _norms = scratch.Take<T>(rows),
            _rowNorms = scratch.Take<double>(rows),
            _slack = (4 * features + 32) * smallest,
        };
        long fault = -1;
        for (nint row = 0; row < rows; row++)
        {
            var norm = 0.0;
            var finite = true;
            for (nint feature = 0; feature < features; feature++)
            {
                var value = x[row * stride + feature];
                finite &= T.IsFinite(value);
                norm += double.CreateTruncating(value) * double.CreateTruncating(value);
            }

            if (!finite && fault < 0)
            {
                fault = row;
            }

            var usable = norm < largest;
            work._norms[row] = usable ? T.CreateTruncating(norm * shrink) : T.NegativeInfinity;
            work._rowNorms[row] = usable ? norm * shrink : double.NegativeInfinity;
        }

        LanesWork.For<NearestNeighboursWork<T>, T>(ref work, (int)((rows + TileRows - 1) / TileRows), threads, nint.MaxValue);
        return fault;
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(TileRows * TileColumns) + Scratch.SizeOf<double>(TileRows * _neighbours) + Scratch.SizeOf<int>(TileRows));
        var products = scratch.Take<T>(TileRows * TileColumns);
        var distances = scratch.Take<double>(TileRows * _neighbours);
        var counts = scratch.Take<int>(TileRows);
        var first = (nint)block * TileRows;
        var count = Math.Min(TileRows, _rows - first);
        new Span<int>(counts, TileRows).Clear();
        for (nint column = 0; column < _rows; column += TileColumns)
        {
            var columns = (int)Math.Min(TileColumns, _rows - column);
            Dense.MatrixProduct(
                new ReadOnlyMatrixView<T>(ref _x[first * _stride], count, _features, _stride),
                Transpose.No,
                new ReadOnlyMatrixView<T>(ref _x[column * _stride], columns, _features, _stride),
                Transpose.Yes,
                new MatrixView<T>(ref *products, count, columns, TileColumns));
            for (nint row = 0; row < count; row++)
            {
                Select<TLanes>(first + row, column, columns, products + row * TileColumns, distances + row * _neighbours, ref counts[row]);
            }
        }
    }

    private readonly void Select<TLanes>(nint row, nint column, int columns, T* products, double* distances, ref int found)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var norms = _norms + column;
        var minusTwo = TLanes.Constant(-2);
        var threshold = Threshold(row, distances, found);
        var limit = TLanes.Broadcast(threshold);
        var i = 0;
        for (; i <= columns - TLanes.Count; i += TLanes.Count)
        {
            var bound = TLanes.FusedMultiplyAdd(minusTwo, TLanes.Load(products + i), TLanes.Load(norms + i));
            if (AllGreater(bound, limit))
            {
                continue;
            }

            for (var lane = i; lane < i + TLanes.Count; lane++)
            {
                Consider(row, column + lane, norms[lane] - (products[lane] + products[lane]), ref threshold, distances, ref found);
            }

            limit = TLanes.Broadcast(threshold);
        }

        for (; i < columns; i++)
        {
            Consider(row, column + i, norms[i] - (products[i] + products[i]), ref threshold, distances, ref found);
        }
    }

    private readonly void Consider(nint row, nint other, T bound, ref T threshold, double* distances, ref int found)
    {
        // Not "bound ≤ threshold": a bound that overflowed to NaN decides nothing.
        if (bound > threshold || other == row)
        {
            return;
        }

        var distance = 0.0;
        var left = _x + row * _stride;
        var right = _x + other * _stride;
        for (nint feature = 0; feature < _features; feature++)
        {
            var difference = double.CreateTruncating(left[feature]) - double.CreateTruncating(right[feature]);
            distance += difference * difference;
        }

        distance = double.IsNaN(distance) ? double.PositiveInfinity : distance;
        if (found == _neighbours && distance >= distances[found - 1])
        {
            return;
        }

        var place = found < _neighbours ? found++ : found - 1;
        var neighbours = _output + row * _outputStride;
        for (; place > 0 && distances[place - 1] > distance; place--)
        {
            distances[place] = distances[place - 1];
            neighbours[place] = neighbours[place - 1];
        }

        distances[place] = distance;
        neighbours[place] = (int)other;
        threshold = Threshold(row, distances, found);
    }

    private readonly T Threshold(nint row, double* distances, int found) =>
        found < _neighbours ? T.PositiveInfinity : T.CreateTruncating(distances[found - 1] - _rowNorms[row] + _slack);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AllGreater<TLanes>(TLanes left, TLanes right)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        sizeof(TLanes) == 64 ? Vector512.GreaterThanAll(Unsafe.BitCast<TLanes, Vector512<T>>(left), Unsafe.BitCast<TLanes, Vector512<T>>(right))
        : sizeof(TLanes) == 32 ? Vector256.GreaterThanAll(Unsafe.BitCast<TLanes, Vector256<T>>(left), Unsafe.BitCast<TLanes, Vector256<T>>(right))
        : sizeof(TLanes) == 16 && Vector128.GreaterThanAll(Unsafe.BitCast<TLanes, Vector128<T>>(left), Unsafe.BitCast<TLanes, Vector128<T>>(right));
}
