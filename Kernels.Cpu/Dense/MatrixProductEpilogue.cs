using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>What happens to sums once they are complete: bias, copy of the pre-activation, activation.</summary>
internal static unsafe class MatrixProductEpilogue
{
    /// <summary>
    /// In place on <c>c [rows, columns]</c>: <c>z = c + r_i · bias_j</c>, <c>preactivation = z</c>, <c>c = f(z)</c>. Pointers
    /// are those of the first element of the block; <paramref name="bias"/>, <paramref name="biasScale"/> and
    /// <paramref name="preactivation"/> may be null.
    /// </summary>
    public static void Apply<T, TLanes, TActivation>(
        T* c, nint cStride, nint rows, nint columns, T* bias, T* biasScale, T* preactivation, nint preactivationStride)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TActivation : struct, IActivation
    {
        for (nint i = 0; i < rows; i++)
        {
            var scale = TLanes.Broadcast(biasScale is null ? T.One : biasScale[i]);
            nint j = 0;
            for (; j <= columns - TLanes.Count; j += TLanes.Count)
            {
                var z = TLanes.Load(c + j);
                if (bias is not null)
                {
                    z = TLanes.FusedMultiplyAdd(scale, TLanes.Load(bias + j), z);
                }

                if (preactivation is not null)
                {
                    TLanes.Store(z, preactivation + j);
                }

                TLanes.Store(TActivation.Invoke<TLanes, T>(z), c + j);
            }

            if (j < columns)
            {
                var rest = (int)(columns - j);
                var z = TLanes.LoadPartial(c + j, rest);
                if (bias is not null)
                {
                    z = TLanes.FusedMultiplyAdd(scale, TLanes.LoadPartial(bias + j, rest), z);
                }

                if (preactivation is not null)
                {
                    TLanes.StorePartial(z, preactivation + j, rest);
                }

                TLanes.StorePartial(TActivation.Invoke<TLanes, T>(z), c + j, rest);
            }

            c += cStride;
            preactivation = preactivation is null ? null : preactivation + preactivationStride;
        }
    }

    /// <summary><c>c (+)= sums</c> on a tile whose width is no whole number of registers; <c>sums</c> is padded to registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void StoreTile<T, TLanes>(T* sums, nint sumsStride, T* c, nint cStride, nint rows, nint columns, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        for (nint i = 0; i < rows; i++)
        {
            for (nint j = 0; j < columns; j += TLanes.Count)
            {
                var count = (int)Math.Min(TLanes.Count, columns - j);
                var value = TLanes.Load(sums + j);
                if (accumulate)
                {
                    value += TLanes.LoadPartial(c + j, count);
                }

                TLanes.StorePartial(value, c + j, count);
            }

            sums += sumsStride;
            c += cStride;
        }
    }
}
