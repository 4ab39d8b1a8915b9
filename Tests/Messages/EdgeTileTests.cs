using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>The tile kernels.</summary>
public static class EdgeTileCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } =
    [
        new EdgeTileMessagesCall(EdgeOrder.ByDestination, 3), new EdgeTileMessagesCall(EdgeOrder.BySource, 0),
        new EdgeTileReduceCall<Sum>(EdgeOrder.ByDestination), new EdgeTileReduceCall<Sum>(EdgeOrder.BySource),
        new EdgeTileReduceCall<Max>(EdgeOrder.ByDestination), new EdgeTileReduceCall<Min>(EdgeOrder.BySource),
        new EdgeTileExtremumBackwardCall(EdgeOrder.ByDestination), new EdgeTileExtremumBackwardCall(EdgeOrder.BySource),
    ];
}

/// <summary>Materialises the messages of the middle tile of the edges.</summary>
public sealed class EdgeTileMessagesCall(EdgeOrder order, int edgeFeatures) : KernelCall("EdgeTileMessages", $"{order}, A {edgeFeatures}")
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var first = bench.Edges / 3;
        var count = bench.Edges / 2;
        bench.Messages.EdgeTileMessages<Tanh>(bench.Graph, order, first, CombinedMessages.Of(bench, edgeFeatures), bench.Output("out", count, bench.Features));
    }
}

/// <summary>Reduces all edges in three tiles.</summary>
public sealed class EdgeTileReduceCall<TReduction>(EdgeOrder order) : KernelCall("EdgeTileReduce", $"{typeof(TReduction).Name}, {order}")
    where TReduction : struct, IReduction
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var v = bench.Input("v", bench.Edges, bench.Features);
        var output = bench.Accumulated("out", bench.Nodes, bench.Features);
        var arg = TReduction.IsExtremum ? bench.IntegerState("arg", bench.Nodes, bench.Features, -1) : null;
        var start = 0;
        for (var tile = 1; tile <= 3; tile++)
        {
            var end = bench.Edges * tile / 3;
            bench.Messages.EdgeTileReduce<TReduction>(bench.Graph, order, start, v.RowRange(start, end - start), output, arg);
            start = end;
        }
    }
}

/// <summary>The gradient of a Max with respect to the middle tile of the edges.</summary>
public sealed class EdgeTileExtremumBackwardCall(EdgeOrder order) : KernelCall("EdgeTileExtremumBackward", $"{order}")
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var v = bench.Input("v", bench.Edges, bench.Features);
        var arg = bench.IntegerOutput("arg", bench.Nodes, bench.Features);
        bench.Messages.SegmentReduce<Max>(bench.Graph.Destination, v, bench.Output("out", bench.Nodes, bench.Features), arg);
        var first = bench.Edges / 3;
        var count = bench.Edges / 2;
        bench.Messages.EdgeTileExtremumBackward(
            bench.Graph, order, first, arg, bench.Input("cotangent/out", bench.Nodes, bench.Features), bench.Output("dv", count, bench.Features));
    }
}

/// <summary>The contract of the tile kernels.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class EdgeTileTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => EdgeTileCalls.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new EdgeTileReduceCall<Sum>(EdgeOrder.ByDestination)];
}

/// <summary>EdgeTile on the SIMD processor.</summary>
public sealed class EdgeTileOnCpu : EdgeTileTests<CpuFixture>;

/// <summary>EdgeTile on the SIMD processor with several threads.</summary>
public sealed class EdgeTileOnCpuThreads : EdgeTileTests<CpuThreadsFixture>;
