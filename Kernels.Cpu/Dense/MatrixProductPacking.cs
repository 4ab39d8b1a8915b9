using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>Copies of blocks of <c>A</c> and <c>B</c> in the order in which the micro-kernel reads them.</summary>
internal static unsafe class MatrixProductPacking
{
    /// <summary>
    /// Elements from one panel (or tile) to the next. A cache line between them lets the panels, which are written side by
    /// side, fall into different cache sets.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint PanelStep<T>(nint depth, nint width)
        where T : unmanaged => (depth * width) + (64 / sizeof(T));

    /// <summary>
    /// Panels of <c>B</c>, each <paramref name="panelStep"/> after the last: <c>panel[k·width + j] = B[k,j]</c> for <c>k &lt; depth</c>, zero for the columns
    /// that the last one lacks. <c>B[k,j]</c> is <c>b[k·stride + j]</c>, or <c>b[j·stride + k]</c> when transposed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackPanels<T>(T* b, nint stride, bool transposed, nint depth, nint columns, T* panels, nint width, nint panelStep)
        where T : unmanaged
    {
        var rest = columns % width;
        if (rest != 0)
        {
            // The columns that are missing stay zero, those present are written over below.
            new Span<T>(panels + (columns / width * panelStep), (int)(depth * width)).Clear();
        }

        if (transposed)
        {
            for (nint j = 0; j < columns; j += width)
            {
                Transpose(b + (j * stride), stride, Math.Min(width, columns - j), depth, panels + (j / width * panelStep), width);
            }

            return;
        }

        // Rows are read from end to end, which the hardware foresees, and dealt out to the panels.
        for (nint k = 0; k < depth; k++)
        {
            PrefetchRow(b + (RowsAhead * stride), columns);
            var panel = panels + (k * width);
            for (nint j = 0; j < columns; j += width)
            {
                CopyRow(b + j, panel, Math.Min(width, columns - j));
                panel += panelStep;
            }

            b += stride;
        }
    }

    /// <summary>
    /// Tiles of a transposed <c>A</c>, each <see cref="PanelStep"/> after the last: <c>tile[k·tileStride + i] = a[k·stride + i]</c> for the rows <c>i</c> of
    /// each tile. <paramref name="tileStride"/> is the tile's height rounded up to 16 bytes; what fills the gap is not used.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackColumns<T>(T* a, nint stride, nint rows, nint depth, nint tileRows, T* tiles, nint tileStride)
        where T : unmanaged
    {
        var step = PanelStep<T>(depth, tileStride);
        var whole = (rows - (tileStride - tileRows)) / tileRows;
        for (nint k = 0; k < depth; k++)
        {
            PrefetchRow(a + (RowsAhead * stride), rows);
            var tile = tiles + (k * tileStride);
            nint i = 0;
            for (nint t = 0; t < whole; t++)
            {
                // Reads into the next tile's rows, which exist for these tiles.
                for (nint j = 0; j < tileStride; j += Vector128<T>.Count)
                {
                    Vector128.Load(a + i + j).Store(tile + j);
                }

                i += tileRows;
                tile += step;
            }

            for (; i < rows; i += tileRows)
            {
                for (nint j = 0; j < tileRows && i + j < rows; j++)
                {
                    tile[j] = a[i + j];
                }

                tile += step;
            }

            a += stride;
        }
    }

    /// <summary>Copies a block of rows, <c>copy[i·copyStride + k] = a[i·stride + k]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRows<T>(T* a, nint stride, nint rows, nint columns, T* copy, nint copyStride)
        where T : unmanaged
    {
        for (nint i = 0; i < rows; i++)
        {
            PrefetchRow(a + ((i + RowsAhead) * stride), columns);
            CopyRow(a + (i * stride), copy + (i * copyStride), columns);
        }
    }

    /// <summary>Transposes, <c>target[j·targetStride + i] = source[i·stride + j]</c>, in strips of as many rows as 32 bytes hold elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose<T>(T* source, nint stride, nint rows, nint columns, T* target, nint targetStride)
        where T : unmanaged
    {
        nint i = 0;
        if (Avx.IsSupported)
        {
            var whole = columns & -(16 / sizeof(T));
            for (; i <= rows - (32 / sizeof(T)); i += 32 / sizeof(T))
            {
                if (typeof(T) == typeof(float))
                {
                    TransposeStrip((float*)(source + (i * stride)), stride, whole, (float*)(target + i), targetStride);
                }
                else
                {
                    TransposeStrip((double*)(source + (i * stride)), stride, whole, (double*)(target + i), targetStride);
                }

                if (whole < columns)
                {
                    TransposeElements(source + (i * stride) + whole, stride, 32 / sizeof(T), columns - whole, target + (whole * targetStride) + i, targetStride);
                }
            }
        }

        TransposeElements(source + (i * stride), stride, rows - i, columns, target + i, targetStride);
    }

    private static void TransposeElements<T>(T* source, nint stride, nint rows, nint columns, T* target, nint targetStride)
        where T : unmanaged
    {
        for (nint j = 0; j < columns; j++)
        {
            for (nint i = 0; i < rows; i++)
            {
                target[(j * targetStride) + i] = source[(i * stride) + j];
            }
        }
    }

    // Eight rows, a cache line of each at a time, while the next eight are fetched. x walks along the rows and y down the columns; s and t are the strides in bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeStrip(float* source, nint stride, nint columns, float* target, nint targetStride)
    {
        var x = (byte*)source;
        var y = (byte*)target;
        var s = stride * sizeof(float);
        var s3 = 3 * s;
        var s5 = 5 * s;
        var s7 = 7 * s;
        var t = targetStride * sizeof(float);
        var t3 = 3 * t;
        for (; columns >= 16; columns -= 16)
        {
            var next = x + (8 * s);
            Sse.Prefetch0(next);
            Sse.Prefetch0(next + s);
            Sse.Prefetch0(next + (2 * s));
            Sse.Prefetch0(next + s3);
            Sse.Prefetch0(next + (4 * s));
            Sse.Prefetch0(next + s5);
            Sse.Prefetch0(next + (2 * s3));
            Sse.Prefetch0(next + s7);
            Transpose8x4(x, s, s3, s5, s7, y, t, t3);
            y += 4 * t;
            Transpose8x4(x + 16, s, s3, s5, s7, y, t, t3);
            y += 4 * t;
            Transpose8x4(x + 32, s, s3, s5, s7, y, t, t3);
            y += 4 * t;
            Transpose8x4(x + 48, s, s3, s5, s7, y, t, t3);
            y += 4 * t;
            x += 64;
        }

        for (; columns > 0; columns -= 4)
        {
            Transpose8x4(x, s, s3, s5, s7, y, t, t3);
            x += 16;
            y += 4 * t;
        }
    }

    // As above with four rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeStrip(double* source, nint stride, nint columns, double* target, nint targetStride)
    {
        var x = (byte*)source;
        var y = (byte*)target;
        var s = stride * sizeof(double);
        var s3 = 3 * s;
        var t = targetStride * sizeof(double);
        for (; columns >= 8; columns -= 8)
        {
            var next = x + (4 * s);
            Sse.Prefetch0(next);
            Sse.Prefetch0(next + s);
            Sse.Prefetch0(next + (2 * s));
            Sse.Prefetch0(next + s3);
            Transpose4x2(x, s, s3, y, t);
            y += 2 * t;
            Transpose4x2(x + 16, s, s3, y, t);
            y += 2 * t;
            Transpose4x2(x + 32, s, s3, y, t);
            y += 2 * t;
            Transpose4x2(x + 48, s, s3, y, t);
            y += 2 * t;
            x += 64;
        }

        for (; columns > 0; columns -= 2)
        {
            Transpose4x2(x, s, s3, y, t);
            x += 16;
            y += 2 * t;
        }
    }

    // Rows r and r + 4 are loaded into the two halves of a register (inserts from memory need no shuffle unit), so that two
    // levels of shuffles inside the halves complete the transposition: lane l of half h of result j is element j of row 4h + l.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8x4(byte* x, nint s, nint s3, nint s5, nint s7, byte* y, nint t, nint t3)
    {
        var r0 = LoadPair<float>(x, x + (4 * s));
        var r1 = LoadPair<float>(x + s, x + s5);
        var r2 = LoadPair<float>(x + (2 * s), x + (2 * s3));
        var r3 = LoadPair<float>(x + s3, x + s7);
        var low01 = Avx.UnpackLow(r0, r1).AsDouble();
        var high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        var low23 = Avx.UnpackLow(r2, r3).AsDouble();
        var high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        Avx.UnpackLow(low01, low23).Store((double*)y);
        Avx.UnpackHigh(low01, low23).Store((double*)(y + t));
        Avx.UnpackLow(high01, high23).Store((double*)(y + (2 * t)));
        Avx.UnpackHigh(high01, high23).Store((double*)(y + t3));
    }

    // As above with rows r and r + 2, in one level.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x2(byte* x, nint s, nint s3, byte* y, nint t)
    {
        var r0 = LoadPair<double>(x, x + (2 * s));
        var r1 = LoadPair<double>(x + s, x + s3);
        Avx.UnpackLow(r0, r1).Store((double*)y);
        Avx.UnpackHigh(r0, r1).Store((double*)(y + t));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> LoadPair<T>(byte* low, byte* high)
        where T : unmanaged => Vector256.Create(Vector128.Load((T*)low), Vector128.Load((T*)high));

    // Rows are short and lie far apart, so that the hardware does not foresee the next.
    private const int RowsAhead = 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRow<T>(T* row, nint count)
        where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            for (nint j = 0; j < count; j += 64 / sizeof(T))
            {
                Sse.Prefetch0(row + j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow<T>(T* source, T* target, nint count)
        where T : unmanaged
    {
        nint j = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; j <= count - Vector512<T>.Count; j += Vector512<T>.Count)
            {
                Vector512.Load(source + j).Store(target + j);
            }
        }

        for (; j <= count - Vector256<T>.Count; j += Vector256<T>.Count)
        {
            Vector256.Load(source + j).Store(target + j);
        }

        for (; j < count; j++)
        {
            target[j] = source[j];
        }
    }
}
