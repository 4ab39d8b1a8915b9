using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>GroupedMatrixProduct</c>: rows of eight groups, each with a weight of its own.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GroupedMatrixProductBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Groups = 8;

    private DeviceEdgeIndex _groups = null!;
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _dx = null!;
    private DeviceMatrixBatch<T> _weights;
    private DeviceMatrixBatch<T> _dWeights;

    [Benchmark]
    public void Forward()
    {
        Dense.GroupedMatrixProduct(_groups, _x, _weights, Transpose.Yes, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Dense.GroupedMatrixProductBackward(_groups, _x, _weights, Transpose.Yes, _output, _dx, _dWeights);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _groups = Own(Device.Upload(EdgeIndex.Create([.. Enumerable.Range(0, Rows).Select(i => i * Groups / Rows)], Groups)));
        _x = Random(Rows, Features);
        _output = Random(Rows, Features);
        _dx = Allocate(Rows, Features);
        _weights = DeviceMatrixBatch<T>.OfRows(Random(Groups * Features, Features), Groups);
        _dWeights = DeviceMatrixBatch<T>.OfRows(Allocate(Groups * Features, Features), Groups);
    }
}
