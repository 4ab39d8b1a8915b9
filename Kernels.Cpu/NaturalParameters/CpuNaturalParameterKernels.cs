using System.Numerics;

namespace Native.Kernels.Cpu;

internal sealed unsafe partial class CpuNaturalParameterKernels<T>(CpuDevice device) : NaturalParameterKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Runs a function from one or two matrices to a matrix.</summary>
    private void Run<TFunction, TFamily>(DeviceMatrix<T> first, DeviceMatrix<T> second, DeviceMatrix<T> output, int dimension)
        where TFunction : struct, IPlateFunction
        where TFamily : struct, IExponentialFamily
    {
        var fault = PlateWork<TFunction, TFamily, T>.Run(Operand(first), Operand(second), Operand(output), (nint)output.Columns, dimension, device.Threads);
        if (fault >= 0)
        {
            device.ReportFault(fault);
        }
    }

    /// <summary>Runs a function from one or two matrices to a number per variable.</summary>
    private void Run<TFunction, TFamily>(DeviceMatrix<T> first, DeviceMatrix<T> second, DeviceTensor<T> output)
        where TFunction : struct, IPlateFunction
        where TFamily : struct, IExponentialFamily
        => Run<TFunction, TFamily>(first, second, output.AsMatrix(1, output.Count), TFamily.DimensionOf(first.Rows));

    private static PlateOperand<T> Operand(DeviceMatrix<T> matrix) =>
        matrix.IsAbsent ? default : new PlateOperand<T>(matrix.Tensor.Pointer + matrix.Offset, (nint)matrix.Stride, (nint)matrix.Rows);
}
