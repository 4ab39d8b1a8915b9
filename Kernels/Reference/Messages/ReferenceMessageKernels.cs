using System.Numerics;

namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>(Device device) : MessageKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
}
