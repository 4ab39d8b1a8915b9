namespace Native.Kernels.Cuda;

/// <summary>An edge index in the memory of an accelerator.</summary>
internal sealed class CudaEdgeIndex : DeviceEdgeIndex
{
    private readonly DeviceTensor<int> _index;
    private readonly DeviceTensor<int> _order;
    private readonly DeviceTensor<long> _offsets;

    public CudaEdgeIndex(CudaDevice device, EdgeIndex host)
        : base(device, host)
    {
        _index = device.Upload(host.Index);
        _order = device.Upload(host.Order);
        _offsets = device.Upload(host.Offsets);
    }

    public GpuRows Rows => new(_index.View(), _order.View(), _offsets.View());

    protected override void Release()
    {
        _index.Dispose();
        _order.Dispose();
        _offsets.Dispose();
    }
}

/// <summary>A graph in the memory of an accelerator.</summary>
internal sealed class CudaGraph : DeviceGraph
{
    private readonly DeviceTensor<int> _sourceByDestination;
    private readonly DeviceTensor<int> _destinationBySource;

    public CudaGraph(CudaDevice device, Graph host)
        : base(device, host, new CudaEdgeIndex(device, host.Source), new CudaEdgeIndex(device, host.Destination))
    {
        _sourceByDestination = device.Upload(host.SourceByDestination);
        _destinationBySource = device.Upload(host.DestinationBySource);
    }

    public ILGPU.ArrayView<int> SourceByDestination => _sourceByDestination.View();

    public ILGPU.ArrayView<int> DestinationBySource => _destinationBySource.View();

    protected override void Release()
    {
        _sourceByDestination.Dispose();
        _destinationBySource.Dispose();
    }
}

/// <summary>From contract types to what kernels take.</summary>
internal static class GpuViewExtensions
{
    public static ILGPU.ArrayView<T> View<T>(this DeviceTensor<T> tensor)
        where T : unmanaged => ((IlgpuMemory)tensor.Memory).View<T>();

    public static GpuMatrix<T> Gpu<T>(this DeviceMatrix<T> matrix)
        where T : unmanaged
    {
        // An absent matrix still needs a view of the right type; a stride of -1 marks it.
        return matrix.IsAbsent
            ? new GpuMatrix<T>(default, 0, 0, -1)
            : new GpuMatrix<T>(matrix.Tensor.View().SubView(matrix.Offset), matrix.Rows, matrix.Columns, matrix.Stride);
    }

    public static GpuMatrix<T> Gpu<T>(this DeviceTensor<T>? tensor)
        where T : unmanaged => ((DeviceMatrix<T>)tensor).Gpu();

    public static GpuRows Rows(this DeviceEdgeIndex index) => ((CudaEdgeIndex)index).Rows;
}
