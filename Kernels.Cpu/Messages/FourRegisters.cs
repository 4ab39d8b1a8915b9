using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>What the loops over combined messages do to the four registers of features that they hold of every edge.</summary>
internal static unsafe class FourRegisters<TLanes, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary><c>z = left + right</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sum(T* left, T* right, out TLanes z0, out TLanes z1, out TLanes z2, out TLanes z3)
    {
        z0 = TLanes.Load(left) + TLanes.Load(right);
        z1 = TLanes.Load(left + TLanes.Count) + TLanes.Load(right + TLanes.Count);
        z2 = TLanes.Load(left + 2 * TLanes.Count) + TLanes.Load(right + 2 * TLanes.Count);
        z3 = TLanes.Load(left + 3 * TLanes.Count) + TLanes.Load(right + 3 * TLanes.Count);
    }

    /// <summary><c>z += value · w</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(TLanes w0, TLanes w1, TLanes w2, TLanes w3, T value, ref TLanes z0, ref TLanes z1, ref TLanes z2, ref TLanes z3)
    {
        var lanes = TLanes.Broadcast(value);
        z0 = TLanes.FusedMultiplyAdd(w0, lanes, z0);
        z1 = TLanes.FusedMultiplyAdd(w1, lanes, z1);
        z2 = TLanes.FusedMultiplyAdd(w2, lanes, z2);
        z3 = TLanes.FusedMultiplyAdd(w3, lanes, z3);
    }
}
