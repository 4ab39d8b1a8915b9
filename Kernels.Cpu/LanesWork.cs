using System.Numerics;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>A kernel's work, cut into blocks as <see cref="IWork"/> is, and written for registers of any width.</summary>
internal interface ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Computes one block with registers <typeparamref name="TLanes"/>; the rules of <see cref="IWork.Run"/> hold.</summary>
    void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>;
}

/// <summary>Picks the register width for a <see cref="ILanesWork{T}"/>, once per call.</summary>
internal static class LanesWork
{
    /// <summary>
    /// Runs the blocks of <paramref name="work"/> with the widest accelerated registers that <paramref name="width"/> neighbouring elements
    /// fill at least half (a narrower register then holds them as well); on hardware without SIMD, and for one element, without registers.
    /// </summary>
    public static void For<TWork, T>(ref TWork work, int blocks, int threads, nint width)
        where TWork : struct, ILanesWork<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated && width > Vector256<T>.Count)
        {
            Run<TWork, Lanes512<T>, T>(ref work, blocks, threads);
        }
        else if (Vector256.IsHardwareAccelerated && width > Vector128<T>.Count)
        {
            Run<TWork, Lanes256<T>, T>(ref work, blocks, threads);
        }
        else if (Vector128.IsHardwareAccelerated && width > 1)
        {
            Run<TWork, Lanes128<T>, T>(ref work, blocks, threads);
        }
        else
        {
            Run<TWork, Scalar<T>, T>(ref work, blocks, threads);
        }
    }

    private static void Run<TWork, TLanes, T>(ref TWork work, int blocks, int threads)
        where TWork : struct, ILanesWork<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var adapter = new Adapter<TWork, TLanes, T> { Work = work };
        Workers.For(ref adapter, blocks, threads);
    }

    private struct Adapter<TWork, TLanes, T> : IWork
        where TWork : struct, ILanesWork<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TWork Work;

        public void Run(int block) => Work.Run<TLanes>(block);
    }
}
