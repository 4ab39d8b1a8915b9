namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void GaussianNegativeLogLikelihoodCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, DeviceTensor<T> loss) => throw new NotImplementedException();

    protected override void GaussianNegativeLogLikelihoodBackwardCore(DeviceMatrix<T> mean, DeviceMatrix<T> logVariance, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dMean, DeviceMatrix<T> dLogVariance) => throw new NotImplementedException();
}
