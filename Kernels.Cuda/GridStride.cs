using ILGPU;

namespace Native.Kernels.Cuda;

/// <summary>The work of one item of a kernel, with what it reads and writes as fields.</summary>
internal interface IGpuAction
{
    /// <summary>Does the work of an item: usually writes one output element.</summary>
    void Run(long item);
}

/// <summary>The one kernel that is launched: every thread takes every <c>stride</c>-th item, so that more than 2³¹ items work.</summary>
internal static class GridStride
{
    /// <summary>Threads of a launch at most.</summary>
    public const int MaximumThreads = 1 << 30;

    public static void Kernel<TAction>(Index1D thread, long items, long stride, TAction action)
        where TAction : struct, IGpuAction
    {
        for (long item = thread.X; item < items; item += stride)
        {
            action.Run(item);
        }
    }
}
