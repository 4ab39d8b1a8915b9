using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Bernoulli negative log-likelihood with logits and its gradient.</summary>
public sealed class BernoulliWithLogitsCall() : KernelCall("BernoulliWithLogits")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new BernoulliWithLogitsCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var logits = bench.Input("logits", bench.Rows, bench.Features);
        var target = bench.Input("target", bench.Rows, bench.Features, Domain.Unit);
        bench.Dense.BernoulliWithLogits(logits, target, bench.OutputVector("loss", 1));
        bench.Dense.BernoulliWithLogitsBackward(logits, target, bench.ScalarCotangent("loss"), bench.Output("grad/logits", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of bernoulli negative log-likelihood with logits.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class BernoulliWithLogitsTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => BernoulliWithLogitsCall.All;

    /// <summary>A float loss over two million elements is right to 1e-5: sums are blocked, not added one by one.</summary>
    [Fact]
    public void ALossOverTwoMillionElementsIsRightInFloat()
    {
        var sizes = new Sizes(GraphSamples.Small, TFixture.HubEdges, 2, 0);
        Contract.Compare<float>(new BernoulliWithLogitsCall(), Device, TFixture.Name, sizes, Layout.Contiguous, Values.Positive, Tolerances.LongSum);
    }
}

/// <summary>BernoulliWithLogits on the SIMD processor.</summary>
public sealed class BernoulliWithLogitsOnCpu : BernoulliWithLogitsTests<CpuFixture>;

/// <summary>BernoulliWithLogits on the SIMD processor with several threads.</summary>
public sealed class BernoulliWithLogitsOnCpuThreads : BernoulliWithLogitsTests<CpuThreadsFixture>;
