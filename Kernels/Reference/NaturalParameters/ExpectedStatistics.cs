namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void ExpectedStatisticsCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> mean) =>
        ForEach<TFamily>(eta, default(DeviceMatrix<T>), mean, false, TFamily.DimensionOf(eta.Rows), static (eta, _, mean, workspace, dimension) => TFamily.ExpectedStatistics(eta, mean, workspace, dimension));
}
