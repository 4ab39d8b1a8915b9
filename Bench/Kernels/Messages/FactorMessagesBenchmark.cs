using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>FactorMessages</c>: both messages of 65,536 factors over two variables of the same number of states, and their beliefs.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class FactorMessagesBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Factors = 65_536;

    private DeviceMatrix<T> _tables;
    private DeviceMatrix<T> _beliefs;
    private DeviceMatrix<T>[] _incoming = null!;
    private DeviceMatrix<T>[] _outgoing = null!;

    /// <summary>Number of states of both variables.</summary>
    [Params(2, 8)]
    public int States { get; set; }

    [Benchmark]
    public void SumProduct()
    {
        Device.Messages<T>().FactorMessages<SumProduct>(_tables, _incoming, _outgoing, _outgoing);
        Device.Synchronize();
    }

    [Benchmark]
    public void MaxProduct()
    {
        Device.Messages<T>().FactorMessages<MaxProduct>(_tables, _incoming, _outgoing, _outgoing);
        Device.Synchronize();
    }

    [Benchmark]
    public void Beliefs()
    {
        Device.Messages<T>().FactorBeliefs<SumProduct>(_tables, _incoming, _beliefs);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _tables = Random(States * States, Factors);
        _beliefs = Allocate(States * States, Factors);
        _incoming = [Random(States, Factors), Random(States, Factors)];
        _outgoing = [Allocate(States, Factors), Allocate(States, Factors)];
    }
}
