using System.Numerics;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>(CudaDevice device) : MessageKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Runs the loop shape of all row reductions.</summary>
    private void Reduce<TMessage, TReduction>(DeviceEdgeIndex rows, TMessage message, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill, bool accumulate = false)
        where TMessage : struct, IGpuMessage<T>
        where TReduction : struct, IReduction
    {
        var argMatrix = arg is null ? default : arg.AsMatrix(output.Rows, output.Columns);
        device.Run(output.Rows * output.Columns, new RowReduction<T, TMessage, TReduction>(rows.Rows(), message, output.Gpu(), argMatrix.Gpu(), accumulate, fill));
    }
}
