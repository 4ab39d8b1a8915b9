namespace Native.Kernels.Cpu;

/// <summary>Random numbers and draws on spans and matrix views: no state, nothing allocated after the first calls.</summary>
/// <remarks>
/// <see cref="SamplingKernels{T}"/> documents the formulas. The same position gives the same bits for any number of threads, any start and any cut of the range.
/// Arguments that do not fit throw <see cref="ArgumentException"/> before anything is written. Unless a method says that it works in place, outputs must not overlap inputs.
/// </remarks>
public static unsafe partial class Sampling
{
}
