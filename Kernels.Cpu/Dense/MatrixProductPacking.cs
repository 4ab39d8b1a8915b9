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

    /// <summary>Transposes, <c>target[j·targetStride + i] = source[i·stride + j]</c>, in squares of one register of 32 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose<T>(T* source, nint stride, nint rows, nint columns, T* target, nint targetStride)
        where T : unmanaged
    {
        nint i = 0;
        var side = 32 / sizeof(T);
        if (Avx.IsSupported)
        {
            for (; i <= rows - side; i += side)
            {
                nint j = 0;
                for (; j <= columns - side; j += side)
                {
                    var from = source + (i * stride) + j;
                    if (Sse.IsSupported && (j & side) == 0)
                    {
                        for (nint r = 0; r < side; r++)
                        {
                            Sse.Prefetch0(from + ((side + r) * stride));
                        }
                    }

                    var to = target + (j * targetStride) + i;
                    if (typeof(T) == typeof(float))
                    {
                        Transpose8x8((float*)from, stride, (float*)to, targetStride);
                    }
                    else
                    {
                        Transpose4x4((double*)from, stride, (double*)to, targetStride);
                    }
                }

                TransposeElements(source + (i * stride) + j, stride, side, columns - j, target + (j * targetStride) + i, targetStride);
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

    // Rows r and r + 4 are loaded into the two halves of a register (inserts from memory need no shuffle unit), so that two
    // levels of shuffles inside the halves complete the transposition: lane l of half h of result j is element j of row 4h + l.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8x8(float* source, nint stride, float* target, nint targetStride)
    {
        for (var half = 0; half < 2; half++)
        {
            var r0 = LoadPair(source, 4 * stride);
            var r1 = LoadPair(source + stride, 4 * stride);
            var r2 = LoadPair(source + (2 * stride), 4 * stride);
            var r3 = LoadPair(source + (3 * stride), 4 * stride);
            var low01 = Avx.UnpackLow(r0, r1);
            var high01 = Avx.UnpackHigh(r0, r1);
            var low23 = Avx.UnpackLow(r2, r3);
            var high23 = Avx.UnpackHigh(r2, r3);
            Avx.UnpackLow(low01.AsDouble(), low23.AsDouble()).AsSingle().Store(target);
            Avx.UnpackHigh(low01.AsDouble(), low23.AsDouble()).AsSingle().Store(target + targetStride);
            Avx.UnpackLow(high01.AsDouble(), high23.AsDouble()).AsSingle().Store(target + (2 * targetStride));
            Avx.UnpackHigh(high01.AsDouble(), high23.AsDouble()).AsSingle().Store(target + (3 * targetStride));
            source += 4;
            target += 4 * targetStride;
        }
    }

    // As above with rows r and r + 2, two columns at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x4(double* source, nint stride, double* target, nint targetStride)
    {
        for (var half = 0; half < 2; half++)
        {
            var r0 = Vector256.Create(Vector128.Load(source), Vector128.Load(source + (2 * stride)));
            var r1 = Vector256.Create(Vector128.Load(source + stride), Vector128.Load(source + (3 * stride)));
            Avx.UnpackLow(r0, r1).Store(target);
            Avx.UnpackHigh(r0, r1).Store(target + targetStride);
            source += 2;
            target += 2 * targetStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LoadPair(float* source, nint distance) =>
        Vector256.Create(Vector128.Load(source), Vector128.Load(source + distance));

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
