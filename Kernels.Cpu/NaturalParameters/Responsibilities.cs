using Native.Kernels.Reference;

namespace Native.Kernels.Cpu;

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void ResponsibilitiesCore(
        DeviceMatrix<T> statistics,
        DeviceMatrix<T> parameters,
        DeviceTensor<T> logWeights,
        DeviceMatrix<T> responsibilities,
        DeviceTensor<T> counts,
        DeviceMatrix<T> sums,
        DeviceTensor<T> logEvidence) =>
        new ReferenceNaturalParameterKernels<T>(device).Responsibilities(statistics, parameters, logWeights, responsibilities, counts, sums, logEvidence);
}
