using System.Numerics;

namespace Native.Kernels.Reference;

internal sealed partial class ReferenceUpdateKernels<T>(Device device) : UpdateKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
}
