namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void ToStandardCore<TFamily>(DeviceMatrix<T> eta, DeviceMatrix<T> standard) =>
        ForEach<TFamily>(eta, default(DeviceMatrix<T>), standard, false, TFamily.DimensionOf(eta.Rows), static (eta, _, standard, workspace, dimension) => TFamily.ToStandard(eta, standard, workspace, dimension));

    protected override void FromStandardCore<TFamily>(DeviceMatrix<T> standard, DeviceMatrix<T> eta) =>
        ForEach<TFamily>(standard, default(DeviceMatrix<T>), eta, false, TFamily.DimensionOf(standard.Rows), static (standard, _, eta, workspace, dimension) => TFamily.FromStandard(standard, eta, workspace, dimension));
}
