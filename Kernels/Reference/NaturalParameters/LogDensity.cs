namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void LogDensityCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> x, DeviceTensor<T> output) =>
        ForEach<TFamily>(eta, x, output, true, TFamily.DimensionOf(eta.Rows), TFamily.LogDensity);
}
