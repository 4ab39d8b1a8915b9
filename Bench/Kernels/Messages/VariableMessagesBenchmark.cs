using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>VariableMessages</c>: the messages of 16,000 variables to 160,000 factors, four states each, and the beliefs.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class VariableMessagesBenchmark<T> : MessageBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int States = 4;

    private DeviceMatrix<T> _incoming;
    private DeviceMatrix<T> _outgoing;
    private DeviceMatrix<T> _beliefs;

    [Benchmark]
    public void SumProduct()
    {
        Messages.VariableMessages<SumProduct>(Graph.Destination, _incoming, _outgoing);
        Device.Synchronize();
    }

    [Benchmark]
    public void Beliefs()
    {
        Messages.VariableBeliefs<SumProduct>(Graph.Destination, _incoming, _beliefs);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void PrepareData()
    {
        _incoming = Random(States, Edges);
        _outgoing = Allocate(States, Edges);
        _beliefs = Allocate(States, Nodes);
    }
}
