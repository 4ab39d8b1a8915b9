using System.Runtime.CompilerServices;

namespace Native.Kernels;

internal static partial class Check
{
    /// <summary>Heads of any shape that must be given, on this device, alive.</summary>
    public static void Present<T>(Device device, DeviceHeads<T> heads, [CallerArgumentExpression(nameof(heads))] string name = "")
        where T : unmanaged
    {
        if (heads.IsAbsent)
        {
            throw new ArgumentNullException(name, $"{name}: expected heads [B, H, S, d], but none were given.");
        }

        Alive(device, heads.Tensor, name);
    }

    /// <summary>Heads that must be given, on this device, alive, with this shape.</summary>
    public static void Heads<T>(Device device, DeviceHeads<T> heads, long batch, long count, long rows, long columns, [CallerArgumentExpression(nameof(heads))] string name = "")
        where T : unmanaged
    {
        Present(device, heads, name);
        if (heads.Batch != batch || heads.Heads != count || heads.Rows != rows || heads.Columns != columns)
        {
            throw new ArgumentException(
                $"{name}: expected shape [{batch}, {count}, {rows}, {columns}], but got [{heads.Batch}, {heads.Heads}, {heads.Rows}, {heads.Columns}].", name);
        }
    }

    /// <summary>Heads that the kernel writes: no element may be another one too.</summary>
    public static void Output<T>(Device device, DeviceHeads<T> heads, long batch, long count, long rows, long columns, [CallerArgumentExpression(nameof(heads))] string name = "")
        where T : unmanaged
    {
        Heads(device, heads, batch, count, rows, columns, name);
        if (!HeadsLayout.AreApart(heads.Batch, heads.Heads, heads.Rows, heads.Columns, heads.BatchStride, heads.HeadStride, heads.RowStride, repeats: false))
        {
            throw new ArgumentException(
                $"{name}: expected elements of their own, but got repeated ones (strides {heads.BatchStride}, {heads.HeadStride}, {heads.RowStride}).", name);
        }
    }

    /// <summary>Heads that the kernel writes if they are given.</summary>
    public static void OptionalOutput<T>(Device device, DeviceHeads<T> heads, long batch, long count, long rows, long columns, [CallerArgumentExpression(nameof(heads))] string name = "")
        where T : unmanaged
    {
        if (!heads.IsAbsent)
        {
            Output(device, heads, batch, count, rows, columns, name);
        }
    }

    /// <summary>An output that must not share elements with another argument.</summary>
    public static void Apart<T>(DeviceHeads<T> output, DeviceHeads<T> other, [CallerArgumentExpression(nameof(output))] string outputName = "", [CallerArgumentExpression(nameof(other))] string otherName = "")
        where T : unmanaged
    {
        if (!output.IsAbsent && !other.IsAbsent && ReferenceEquals(output.Tensor, other.Tensor) && Overlap(output, other))
        {
            throw new ArgumentException($"{outputName}: expected memory of its own, but it overlaps {otherName}.", outputName);
        }
    }

    private static bool Overlap<T>(DeviceHeads<T> a, DeviceHeads<T> b)
        where T : unmanaged
    {
        if (a.Offset >= End(a) || b.Offset >= End(b) || a.Offset >= End(b) || b.Offset >= End(a))
        {
            return false;
        }

        // Column ranges of one parent matrix, the heads side by side in its rows: rows interleave, columns may still be apart.
        if (a.RowStride == b.RowStride && a.RowStride > 0)
        {
            var (columnA, columnB) = (a.Offset % a.RowStride, b.Offset % b.RowStride);
            var (widthA, widthB) = (Width(a), Width(b));
            if (columnA + widthA <= a.RowStride && columnB + widthB <= b.RowStride && a.BatchStride % a.RowStride == 0 && b.BatchStride % b.RowStride == 0)
            {
                return columnA < columnB + widthB && columnB < columnA + widthA;
            }
        }

        return true;
    }

    // One past the last element; the offset itself when there is none.
    private static long End<T>(DeviceHeads<T> heads)
        where T : unmanaged =>
        heads.Batch == 0 || heads.Heads == 0 || heads.Rows == 0 || heads.Columns == 0
            ? heads.Offset
            : heads.Offset + ((heads.Batch - 1) * heads.BatchStride) + ((heads.Heads - 1) * heads.HeadStride) + ((heads.Rows - 1) * heads.RowStride) + heads.Columns;

    private static long Width<T>(DeviceHeads<T> heads)
        where T : unmanaged => ((heads.Heads - 1) * heads.HeadStride) + heads.Columns;
}
