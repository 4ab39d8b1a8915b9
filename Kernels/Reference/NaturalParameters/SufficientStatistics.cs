namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void SufficientStatisticsCore<TFamily>(DeviceMatrix<T> x, DeviceMatrix<T> statistics) =>
        ForEach<TFamily>(x, default(DeviceMatrix<T>), statistics, false, TFamily.DimensionOf(statistics.Rows), static (x, _, statistics, workspace, dimension) => TFamily.SufficientStatistics(x, statistics, workspace, dimension));
}
