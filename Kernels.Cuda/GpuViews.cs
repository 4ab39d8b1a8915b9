using System.Numerics;
using ILGPU;

namespace Native.Kernels.Cuda;

/// <summary>A matrix inside a kernel: element <c>(i, j)</c> is <c>Elements[i·Stride + j]</c>; no elements when the argument is absent.</summary>
internal readonly struct GpuMatrix<T>(ArrayView<T> elements, long rows, long columns, long stride)
    where T : unmanaged
{
    public readonly ArrayView<T> Elements = elements;
    public readonly long Rows = rows;
    public readonly long Columns = columns;
    public readonly long Stride = stride;

    public bool IsAbsent => Stride < 0;

    public T this[long row, long column] => Elements[row * Stride + column];

    public void Set(long row, long column, T value) => Elements[row * Stride + column] = value;
}

/// <summary>The edges of every node inside a kernel, in compressed sparse rows; see <see cref="EdgeIndex"/>.</summary>
internal readonly struct GpuRows(ArrayView<int> index, ArrayView<int> order, ArrayView<long> offsets)
{
    /// <summary>Node of every edge.</summary>
    public readonly ArrayView<int> Index = index;

    /// <summary>Edge at every position.</summary>
    public readonly ArrayView<int> Order = order;

    /// <summary>First position of every node.</summary>
    public readonly ArrayView<long> Offsets = offsets;

    public long Begin(long node) => Offsets[node];

    public long End(long node) => Offsets[node + 1];

    public long Degree(long node) => Offsets[node + 1] - Offsets[node];

    /// <summary>The number of edges of a node to divide by: at least 1, so that an empty row gives 0.</summary>
    public T Divisor<T>(long node)
        where T : unmanaged, IFloatingPointIeee754<T> => GpuNumber<T>.FromInteger(IntrinsicMath.Max(Degree(node), 1));
}
