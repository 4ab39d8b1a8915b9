using System.Numerics;

namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>(Device device) : DenseKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
}
