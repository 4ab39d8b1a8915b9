namespace Native.Kernels.Cpu;

/// <summary>
/// Dense products, linear layers, activations, normalisation, row softmax and losses on spans and <see cref="MatrixView{T}"/>: no state, nothing allocated after the first calls.
/// </summary>
/// <remarks>
/// <see cref="DenseKernels{T}"/> documents the formulas. Results are bitwise equal for any number of threads; the threads are those of a pool that all kernels share.
/// Arguments that do not fit throw <see cref="ArgumentException"/> before anything is written. Memory is not checked for overlap: outputs must not overlap
/// inputs, unless a kernel says that it works in place.
/// </remarks>
public static unsafe partial class Dense
{
}
