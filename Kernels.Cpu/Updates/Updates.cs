namespace Native.Kernels.Cpu;

/// <summary>Optimiser steps, as PyTorch defines them, and damped updates, on spans and in place: no state, nothing allocated after the first calls.</summary>
/// <remarks>
/// <see cref="UpdateKernels{T}"/> documents the formulas. Results are bitwise equal for any number of threads.
/// Arguments that do not fit throw <see cref="ArgumentException"/> before anything is written. The spans must not overlap.
/// </remarks>
public static unsafe partial class Updates
{
}
