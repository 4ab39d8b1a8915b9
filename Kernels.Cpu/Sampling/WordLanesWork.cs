using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>A kernel's work that draws numbers, cut into blocks as <see cref="IWork"/> is, and written for registers of any width.</summary>
internal interface IWordLanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Computes one block with registers <typeparamref name="TLanes"/> and their words; the rules of <see cref="IWork.Run"/> hold.</summary>
    void Run<TLanes, TWords>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TWords : struct, IWordLanes<TLanes, T>;
}

/// <summary>Picks the registers for an <see cref="IWordLanesWork{T}"/>, once per call: the widest for which there are both arithmetic and words.</summary>
internal static class WordLanesWork
{
    /// <summary>Runs the blocks of <paramref name="work"/>.</summary>
    public static void For<TWork, T>(ref TWork work, int blocks, int threads)
        where TWork : struct, IWordLanesWork<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            Run<TWork, Lanes512<T>, WordLanes512<T>, T>(ref work, blocks, threads);
        }
        else if (Vector256.IsHardwareAccelerated && Avx2.IsSupported)
        {
            Run<TWork, Lanes256<T>, WordLanes256<T>, T>(ref work, blocks, threads);
        }
        else
        {
            Run<TWork, Lanes128<T>, WordLanes128<T>, T>(ref work, blocks, threads);
        }
    }

    private static void Run<TWork, TLanes, TWords, T>(ref TWork work, int blocks, int threads)
        where TWork : struct, IWordLanesWork<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TWords : struct, IWordLanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var adapter = new Adapter<TWork, TLanes, TWords, T> { Work = work };
        Workers.For(ref adapter, blocks, threads);
    }

    private struct Adapter<TWork, TLanes, TWords, T> : IWork
        where TWork : struct, IWordLanesWork<T>
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TWords : struct, IWordLanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TWork Work;

        public void Run(int block) => Work.Run<TLanes, TWords>(block);
    }
}
