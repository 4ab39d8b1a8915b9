using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>IsingMessages</c>: one iteration on 256 × 256 spins, 261,120 messages.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class IsingMessagesBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Side = 256;

    private DeviceTensor<T> _field = null!;
    private DeviceTensor<T> _right = null!;
    private DeviceTensor<T> _down = null!;
    private DeviceTensor<T> _incoming = null!;
    private DeviceTensor<T> _outgoing = null!;

    [Benchmark]
    public void SumProduct()
    {
        Device.Messages<T>().IsingMessages<SumProduct>(_field, _right, _down, _incoming, _outgoing, 0.5);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _field = Random(Side, Side);
        _right = Random(Side, Side);
        _down = Random(Side, Side);
        _incoming = Random(4 * Side, Side);
        _outgoing = Allocate(4 * Side, Side);
    }
}
