using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>The three nearest rows of every row of a matrix of nodes.</summary>
public sealed class NearestNeighboursCall() : KernelCall("NearestNeighbours")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new NearestNeighboursCall()];

    /// <inheritdoc/>
    public override bool TakesSpecialValues => false;

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Graph.Nodes > 3;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench) => bench.Messages.NearestNeighbours(bench.Input("x", bench.Nodes, bench.Features), bench.IntegerOutput("out", bench.Nodes, 3));
}

/// <summary>The contract of the search for nearest neighbours.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class NearestNeighboursTests<TFixture> : KernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => NearestNeighboursCall.All;

    /// <summary>Many rows, many equal distances: ties go to the lower row number.</summary>
    [Fact]
    public void ManyRowsAndTiesMatchTheReference()
    {
        foreach (var (nodes, features) in ((int, int)[])[(4, 1), (5, 2), (63, 1), (64, 2), (65, 3), (300, 2), (517, 16)])
        {
            Compare(new Sizes(GraphSamples.Random(nodes, 1, 1), 0, features, 0), Layout.Strided, Values.Coarse);
        }
    }

    /// <summary>The graph of nearest neighbours names the row that is not finite.</summary>
    [Fact]
    public void ARowThatIsNotFiniteIsNamed()
    {
        using var x = Device.Upload<float>([1, 2, 3, float.NaN, float.PositiveInfinity, 6], 6, 1);
        Assert.Equal(3, Assert.Throws<DeviceFaultException>(() => Graph.NearestNeighbours<float>(x, 2)).Index);
        using var finite = Device.Upload<float>([1, 2, 4, 8, 16, 32], 6, 1);
        var graph = Graph.NearestNeighbours<float>(finite, 2);
        Assert.Equal([1, 2, 0, 2, 1, 0, 2, 1, 3, 2, 4, 3], graph.Source.Index);
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], graph.Destination.Index);
    }
}

/// <summary>NearestNeighbours on the SIMD processor.</summary>
public sealed class NearestNeighboursOnCpu : NearestNeighboursTests<CpuFixture>;

/// <summary>NearestNeighbours on the SIMD processor with several threads.</summary>
public sealed class NearestNeighboursOnCpuThreads : NearestNeighboursTests<CpuThreadsFixture>;
