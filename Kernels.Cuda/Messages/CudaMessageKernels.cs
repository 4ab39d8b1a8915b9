using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>(CudaDevice device) : MessageKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<Delegate, Delegate> _launchers = [];

    /// <summary>Number of threads for one per row and column.</summary>
    private static long Threads(DeviceMatrix<T> output) => output.Rows * output.Columns;

    /// <summary>Runs the loop shape of all row reductions.</summary>
    private void Reduce<TMessage, TReduction>(DeviceEdgeIndex rows, TMessage message, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill, bool accumulate = false)
        where TMessage : struct, IGpuMessage<T>
        where TReduction : struct, IReduction
    {
        var argMatrix = arg is null ? default : arg.AsMatrix(output.Rows, output.Columns);
        var launch = Load<Action<LongIndex1D, GpuRows, TMessage, GpuMatrix<T>, GpuMatrix<int>, byte, T>>(
            RowReduction.Kernel<T, TMessage, TReduction>,
            (accelerator, kernel) => accelerator.LoadAutoGroupedStreamKernel(kernel));
        Launch(Threads(output), extent => launch(extent, rows.Rows(), message, output.Gpu(), argMatrix.Gpu(), (byte)(accumulate ? 1 : 0), fill));
    }

    /// <summary>The launcher of a kernel, compiled at its first use and kept.</summary>
    private TLauncher Load<TLauncher>(TLauncher kernel, Func<Accelerator, TLauncher, TLauncher> load)
        where TLauncher : Delegate
    {
        if (!_launchers.TryGetValue(kernel, out var launcher))
        {
            launcher = load(device.Accelerator, kernel);
            _launchers.Add(kernel, launcher);
        }

        return (TLauncher)launcher;
    }

    /// <summary>Launches unless there is nothing to do: a grid of no threads is an error.</summary>
    private static void Launch(long threads, Action<LongIndex1D> launch)
    {
        if (threads > 0)
        {
            launch(new LongIndex1D(threads));
        }
    }
}
