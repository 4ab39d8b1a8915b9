namespace Native.Kernels.Reference;

internal sealed partial class ReferenceUpdateKernels<T>
{
    protected override void SgdCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T>? momentumBuffer, long step, in SgdOptions options) => throw new NotImplementedException();
}
