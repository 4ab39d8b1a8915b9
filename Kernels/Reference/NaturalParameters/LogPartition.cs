namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void LogPartitionCore<TFamily>(DeviceMatrix<T> eta, DeviceTensor<T> output) =>
        ForEach<TFamily>(eta, default(DeviceMatrix<T>), output, true, TFamily.DimensionOf(eta.Rows), static (eta, _, output, workspace, dimension) => TFamily.LogPartition(eta, output, workspace, dimension));
}
