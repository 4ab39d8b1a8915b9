using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>CrossEntropy</c>: softmax cross-entropy.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class CrossEntropyBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _logits = null!;
    private DeviceTensor<int> _label = null!;
    private DeviceTensor<T> _loss = null!;
    private DeviceTensor<T> _dLogits = null!;

    [Benchmark]
    public void Forward()
    {
        Dense.CrossEntropy(_logits, _label, null, _loss);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Dense.CrossEntropyBackward(_logits, _label, null, T.One, _dLogits);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _logits = Random(Rows, Features);
        _label = Own(Device.Upload(Shapes.RandomNodes(Features, Rows, 1)));
        _loss = Allocate(1);
        _dLogits = Allocate(Rows, Features);
    }
}
