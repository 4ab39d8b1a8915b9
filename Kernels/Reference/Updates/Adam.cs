namespace Native.Kernels.Reference;

internal sealed partial class ReferenceUpdateKernels<T>
{
    protected override void AdamCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T> firstMoment, DeviceTensor<T> secondMoment, long step, in AdamOptions options) => throw new NotImplementedException();
}
