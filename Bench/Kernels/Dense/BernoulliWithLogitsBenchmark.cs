using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>BernoulliWithLogits</c>: the Bernoulli likelihood with logits.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class BernoulliWithLogitsBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _logits = null!;
    private DeviceTensor<T> _target = null!;
    private DeviceTensor<T> _loss = null!;
    private DeviceTensor<T> _dLogits = null!;

    [Benchmark]
    public void Forward()
    {
        Dense.BernoulliWithLogits(_logits, _target, _loss);
        Device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        Dense.BernoulliWithLogitsBackward(_logits, _target, T.One, _dLogits);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _logits = Random(Rows, Features);
        _target = Allocate(Rows, Features);
        _loss = Allocate(1);
        _dLogits = Allocate(Rows, Features);
    }
}
