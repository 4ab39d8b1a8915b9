using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>ParityCheckMessages</c>: the 288 edges of a (3, 6)-regular code of 96 bits, 1,024 code words.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ParityCheckMessagesBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Edges = 288;
    private const int Words = 1024;

    private DeviceEdgeIndex _checks = null!;
    private DeviceTensor<T> _incoming = null!;
    private DeviceTensor<T> _outgoing = null!;

    [Benchmark]
    public void SumProduct()
    {
        Device.Messages<T>().ParityCheckMessages<SumProduct>(_checks, _incoming, _outgoing);
        Device.Synchronize();
    }

    [Benchmark]
    public void MaxProduct()
    {
        Device.Messages<T>().ParityCheckMessages<MaxProduct>(_checks, _incoming, _outgoing);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _checks = Own(Device.Upload(EdgeIndex.Create([.. Enumerable.Range(0, Edges).Select(edge => edge / 6)], Edges / 6)));
        _incoming = Random(Edges, Words);
        _outgoing = Allocate(Edges, Words);
    }
}
