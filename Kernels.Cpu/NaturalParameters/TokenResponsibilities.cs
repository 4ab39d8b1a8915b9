using Native.Kernels.Reference;

namespace Native.Kernels.Cpu;

internal sealed partial class CpuNaturalParameterKernels<T>
{
    protected override void TokenResponsibilitiesCore(
        DeviceEdgeIndex documents,
        DeviceEdgeIndex words,
        DeviceMatrix<T> logTheta,
        DeviceMatrix<T> logPhi,
        DeviceMatrix<T> responsibilities,
        DeviceMatrix<T> thetaCounts,
        DeviceMatrix<T> phiCounts,
        DeviceTensor<T> logEvidence) =>
        new ReferenceNaturalParameterKernels<T>(device).TokenResponsibilities(documents, words, logTheta, logPhi, responsibilities, thetaCounts, phiCounts, logEvidence);
}
