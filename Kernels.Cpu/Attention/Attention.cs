namespace Native.Kernels.Cpu;

/// <summary>
/// Attention on spans and <see cref="HeadsView{T}"/>: no state, nothing allocated after the first calls.
/// </summary>
/// <remarks>
/// <see cref="AttentionKernels{T}"/> documents the formulas. Results are bitwise equal for any number of threads; the threads are those of a pool that all kernels share.
/// Arguments that do not fit throw <see cref="ArgumentException"/> before anything is written. Memory is not checked for overlap: outputs must not overlap other arguments.
/// </remarks>
public static unsafe partial class Attention
{
}
