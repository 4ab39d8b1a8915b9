namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void BernoulliWithLogitsCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, DeviceTensor<T> loss) => throw new NotImplementedException();

    protected override void BernoulliWithLogitsBackwardCore(DeviceMatrix<T> logits, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dLogits) => throw new NotImplementedException();
}
