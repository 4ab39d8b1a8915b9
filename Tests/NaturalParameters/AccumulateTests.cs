using Native.Kernels;

namespace Native.Tests;

/// <summary>Natural parameters of priors and messages, a row per feature.</summary>
public sealed class AccumulateCall() : KernelCall("Accumulate")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new AccumulateCall()];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        // Few rows are enough: each is a call of its own.
        var rows = Math.Min(bench.Features, 5);
        var message = bench.Input("message", rows, bench.Edges);
        bench.NaturalParameters.Accumulate(bench.Graph.Destination, bench.Input("prior", rows, bench.Nodes), message, bench.Output("out", rows, bench.Nodes));
        var both = bench.Accumulated("both", rows, bench.Nodes);
        bench.NaturalParameters.Accumulate(bench.Graph.Destination, both, message, both);
    }
}

/// <summary>The contract of Accumulate.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class AccumulateTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => AccumulateCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls => AccumulateCall.All;

    /// <summary>Prior and messages of three variables, by hand.</summary>
    [Fact]
    public void MessagesAreAddedToThePrior()
    {
        using var index = Device.Upload(EdgeIndex.Create([2, 0, 2, 2], 3));
        using var prior = Device.Upload([1f, 2, 3, 10, 20, 30], 2, 3);
        using var message = Device.Upload([1f, 2, 4, 8, -1, -2, -4, -8], 2, 4);
        using var eta = Device.Allocate<float>(2, 3);
        Device.NaturalParameters<float>().Accumulate(index, prior, message, eta);
        Assert.Equal([3f, 2, 16, 8, 20, 17], eta.ToArray());
        Device.NaturalParameters<float>().Accumulate(index, eta, message, eta);
        Assert.Equal([5f, 2, 29, 6, 20, 4], eta.ToArray());
    }
}

/// <summary>Accumulate on the SIMD processor.</summary>
public sealed class AccumulateOnCpu : AccumulateTests<CpuFixture>;

/// <summary>Accumulate on the SIMD processor with several threads.</summary>
public sealed class AccumulateOnCpuThreads : AccumulateTests<CpuThreadsFixture>;
