using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>How the features of an edge product are shared out.</summary>
public enum EdgeDotHeads
{
    /// <summary>All of them to one head.</summary>
    One,

    /// <summary>To two or three heads, where that divides them.</summary>
    Several,

    /// <summary>As many again to every one of four or eight heads.</summary>
    MultipleOfFour,
}

/// <summary>Edge products and their gradients.</summary>
public sealed class EdgeDotCall(EdgeDotHeads shares) : KernelCall("EdgeDot", shares switch { EdgeDotHeads.One => "one head", EdgeDotHeads.Several => "several heads", _ => "four or eight heads" })
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new EdgeDotCall(EdgeDotHeads.One), new EdgeDotCall(EdgeDotHeads.Several), new EdgeDotCall(EdgeDotHeads.MultipleOfFour)];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var heads = shares switch { EdgeDotHeads.One => 1, EdgeDotHeads.Several => Heads.Of(bench.Features), _ => bench.Features % 2 == 0 ? 4 : 8 };
        var features = shares == EdgeDotHeads.MultipleOfFour ? heads * bench.Features : bench.Features;
        var x = bench.Input("x", bench.Nodes, features);
        var y = bench.Input("y", bench.Nodes, features);
        bench.Messages.EdgeDot(bench.Graph, x, y, bench.OutputVector("out", bench.Edges, heads));
        bench.Messages.EdgeDotBackward(
            bench.Graph, x, y, bench.InputVector("cotangent/out", bench.Edges, heads), bench.Output("grad/x", bench.Nodes, features), bench.Output("grad/y", bench.Nodes, features));
    }
}

/// <summary>The contract of the edge products.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class EdgeDotTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => EdgeDotCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls { get; } = [new EdgeDotCall(EdgeDotHeads.Several), new EdgeDotCall(EdgeDotHeads.MultipleOfFour)];
}

/// <summary>EdgeDot on the SIMD processor.</summary>
public sealed class EdgeDotOnCpu : EdgeDotTests<CpuFixture>;

/// <summary>EdgeDot on the SIMD processor with several threads.</summary>
public sealed class EdgeDotOnCpuThreads : EdgeDotTests<CpuThreadsFixture>;

/// <summary>EdgeDot on ILGPU's simulator.</summary>
public sealed class EdgeDotOnSimulator : EdgeDotTests<SimulatorFixture>;

/// <summary>EdgeDot on a GPU, where there is one.</summary>
public sealed class EdgeDotOnGpu : EdgeDotTests<GpuFixture>;
