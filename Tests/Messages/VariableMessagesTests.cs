using Native.Kernels;
using Native.Kernels.Reference;

namespace Native.Tests;

/// <summary>Messages and beliefs of variables with as many states as there are features.</summary>
public sealed class VariableMessagesCall<TSemiring>() : KernelCall("VariableMessages", typeof(TSemiring).Name)
    where TSemiring : struct, ISemiring
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool AnyNonFiniteWillDo => true;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Features > 0;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var incoming = bench.Input("incoming", bench.Features, bench.Edges);
        bench.Messages.VariableMessages<TSemiring>(bench.Graph.Destination, incoming, bench.Output("outgoing", bench.Features, bench.Edges));
        bench.Messages.VariableBeliefs<TSemiring>(bench.Graph.Destination, incoming, bench.Output("beliefs", bench.Features, bench.Nodes), bench.Output("entropy", 1, bench.Nodes));
    }
}

/// <summary>All variants of variable messages.</summary>
public static class VariableMessagesCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new VariableMessagesCall<SumProduct>(), new VariableMessagesCall<MaxProduct>()];
}

/// <summary>The contract of variable messages.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class VariableMessagesTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => VariableMessagesCalls.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls => [];

    /// <summary>The probability 0 that one factor sends reaches every other factor and does not come back to the first.</summary>
    [Fact]
    public void AnOwnZeroIsLeftOut()
    {
        const double Never = double.NegativeInfinity;
        using var index = Device.Upload(EdgeIndex.Create([0, 0, 0, 1, 1], 2));
        using var incoming = Device.Upload([Never, 0, 0, Never, 0, 0, 0, 0, 0, Never], 2, 5);
        using var outgoing = Device.Allocate<double>(2, 5);
        using var beliefs = Device.Allocate<double>(2, 2);
        Device.Messages<double>().VariableMessages<MaxProduct>(index, incoming, outgoing);
        Device.Messages<double>().VariableBeliefs<MaxProduct>(index, incoming, beliefs);
        Assert.Equal([0, Never, Never, 0, Never, 0, 0, 0, Never, 0], outgoing.ToArray());
        Assert.Equal([Never, Never, 0, Never], beliefs.ToArray());
    }

    /// <summary>Numbers that dwarf the others do not swallow them: the receiver's own message is never subtracted.</summary>
    [Fact]
    public void NothingCancels()
    {
        using var index = Device.Upload(EdgeIndex.Create([0, 0, 0], 1));
        using var incoming = Device.Upload([-1e30f, 0, 0, 0, 0.25f, 0.5f], 2, 3);
        using var outgoing = Device.Allocate<float>(2, 3);
        Device.Messages<float>().VariableMessages<MaxProduct>(index, incoming, outgoing);
        Assert.Equal([-0.75f, -1e30f, -1e30f, 0, 0, 0], outgoing.ToArray());
    }

    /// <summary>A million messages into one variable leave a float message that is right between its states.</summary>
    [Fact]
    public void AHubKeepsSmallDifferences()
    {
        var edges = TFixture.HubEdges;
        var values = new float[2 * edges];
        for (var edge = 0; edge < edges; edge++)
        {
            values[edge] = -1000;
            values[edges + edge] = edge % 2 == 0 ? -1000.25f : -999.75f;
        }

        using var index = Device.Upload(EdgeIndex.Create(new int[edges], 1));
        using var incoming = Device.Upload(values, 2, edges);
        using var outgoing = Device.Allocate<float>(2, edges);
        Device.Messages<float>().VariableMessages<MaxProduct>(index, incoming, outgoing);
        var found = outgoing.ToArray();
        for (var edge = 0; edge < edges; edge += 997)
        {
            var difference = edge % 2 == 0 ? 0.25f : -0.25f;
            Assert.Equal((edge, Math.Min(0, -difference), Math.Min(0, difference)), (edge, found[edge], found[edges + edge]));
        }
    }

    /// <summary>A range of variables writes the edges of these and no others.</summary>
    [Fact]
    public void ARangeLeavesTheRestAlone()
    {
        using var reference = new ReferenceDevice();
        var index = GraphSamples.Hub(40, 500).Destination;
        double[] values = [.. Enumerable.Range(0, 3 * 500).Select(i => Math.Sin(i))];
        double[] expected = Messages(reference), found = Messages(Device);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], found[i], 1e-13);
            Assert.Equal(index.Index[i % 500] is < 5 or >= 12, found[i] == 7);
        }

        double[] Messages(Device device)
        {
            using var variables = device.Upload(index);
            using var incoming = device.Upload(values, 3, 500);
            using var outgoing = device.Upload([.. Enumerable.Repeat(7.0, 3 * 500)], 3, 500);
            device.Messages<double>().VariableMessages<SumProduct>(variables, 5, 7, incoming, outgoing);
            Assert.Equal("first", Assert.Throws<ArgumentOutOfRangeException>(() => device.Messages<double>().VariableMessages<SumProduct>(variables, 41, 0, incoming, outgoing)).ParamName);
            Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => device.Messages<double>().VariableMessages<SumProduct>(variables, 5, 36, incoming, outgoing)).ParamName);
            return outgoing.ToArray();
        }
    }
}

/// <summary>VariableMessages on the SIMD processor.</summary>
public sealed class VariableMessagesOnCpu : VariableMessagesTests<CpuFixture>;

/// <summary>VariableMessages on the SIMD processor with several threads.</summary>
public sealed class VariableMessagesOnCpuThreads : VariableMessagesTests<CpuThreadsFixture>;
