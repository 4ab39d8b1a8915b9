namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void KullbackLeiblerCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> etaOfP, DeviceTensor<T> output) =>
        ForEach<TFamily>(eta, etaOfP, output, true, TFamily.DimensionOf(eta.Rows), TFamily.KullbackLeibler);
}
