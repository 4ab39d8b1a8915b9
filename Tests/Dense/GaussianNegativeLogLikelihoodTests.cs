using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Gaussian negative log-likelihood and its gradient.</summary>
public sealed class GaussianNegativeLogLikelihoodCall() : KernelCall("GaussianNegativeLogLikelihood")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new GaussianNegativeLogLikelihoodCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var mean = bench.Input("mean", bench.Rows, bench.Features);
        var logVariance = bench.Input("log variance", bench.Rows, bench.Features);
        var target = bench.Input("target", bench.Rows, bench.Features);
        bench.Dense.GaussianNegativeLogLikelihood(mean, logVariance, target, bench.OutputVector("loss", 1));
        bench.Dense.GaussianNegativeLogLikelihoodBackward(
            mean, logVariance, target, bench.ScalarCotangent("loss"), bench.Output("grad/mean", bench.Rows, bench.Features), bench.Output("grad/log variance", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of gaussian negative log-likelihood.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class GaussianNegativeLogLikelihoodTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => GaussianNegativeLogLikelihoodCall.All;

    /// <summary>A float loss over two million elements is right to 1e-5: sums are blocked, not added one by one.</summary>
    [Fact]
    public void ALossOverTwoMillionElementsIsRightInFloat()
    {
        var sizes = new Sizes(GraphSamples.Small, TFixture.HubEdges, 2, 0);
        Contract.Compare<float>(new GaussianNegativeLogLikelihoodCall(), Device, TFixture.Name, sizes, Layout.Contiguous, Values.Positive, Tolerances.LongSum);
    }
}

/// <summary>GaussianNegativeLogLikelihood on the SIMD processor.</summary>
public sealed class GaussianNegativeLogLikelihoodOnCpu : GaussianNegativeLogLikelihoodTests<CpuFixture>;

/// <summary>GaussianNegativeLogLikelihood on the SIMD processor with several threads.</summary>
public sealed class GaussianNegativeLogLikelihoodOnCpuThreads : GaussianNegativeLogLikelihoodTests<CpuThreadsFixture>;
