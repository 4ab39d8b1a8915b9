using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Divergence of Gaussians and its gradient, from the standard normal or from another.</summary>
public sealed class GaussianKlCall(bool given) : KernelCall("GaussianKl", given ? "given prior" : "standard normal")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new GaussianKlCall(false), new GaussianKlCall(true)];

    /// <inheritdoc/>
    public override bool AnyNonFiniteWillDo => true;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var mean = bench.Input("mean", bench.Rows, bench.Features);
        var logVariance = bench.Input("log variance", bench.Rows, bench.Features);
        var priorMean = given ? bench.Input("prior mean", bench.Rows, bench.Features) : default;
        var priorLogVariance = given ? bench.Input("prior log variance", bench.Rows, bench.Features) : default;
        bench.Sampling.GaussianKl(mean, logVariance, priorMean, priorLogVariance, bench.OutputVector("out", bench.Rows));
        bench.Sampling.GaussianKlBackward(
            mean,
            logVariance,
            priorMean,
            priorLogVariance,
            bench.InputVector("cotangent/out", bench.Rows),
            bench.Output("grad/mean", bench.Rows, bench.Features),
            bench.Output("grad/log variance", bench.Rows, bench.Features),
            given ? bench.Output("grad/prior mean", bench.Rows, bench.Features) : default,
            given ? bench.Output("grad/prior log variance", bench.Rows, bench.Features) : default);
    }
}

/// <summary>The contract of the divergence of Gaussians.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class GaussianKlTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => GaussianKlCall.All;

    /// <summary>A float row of a million features is right to 1e-5: sums are blocked, not added one by one.</summary>
    [Fact]
    public void ARowOfAMillionFeaturesIsRightInFloat()
    {
        var sizes = new Sizes(GraphSamples.Small, 1, TFixture.HubEdges, 0);
        foreach (var call in GaussianKlCall.All)
        {
            Contract.Compare<float>(call, Device, TFixture.Name, sizes, Layout.Contiguous, Values.Positive, Tolerances.LongSum);
        }
    }

    /// <summary>Equal Gaussians have divergence 0, and no gradient.</summary>
    [Fact]
    public void EqualGaussiansAreNotApart()
    {
        using var mean = Device.Upload<double>([1, -2, 0.5, 3], 2, 2);
        using var logVariance = Device.Upload<double>([0.1, 5, -20, 0], 2, 2);
        using var output = Device.Upload<double>([1, 1]);
        using var gradient = Device.Upload<double>([1, 1, 1, 1], 2, 2);
        Device.Sampling<double>().GaussianKl(mean, logVariance, mean, logVariance, output);
        Assert.Equal([0, 0], output.ToArray());
        using var cotangent = Device.Upload<double>([1, 1]);
        Device.Sampling<double>().GaussianKlBackward(mean, logVariance, mean, logVariance, cotangent, default, gradient);
        Assert.Equal([0, 0, 0, 0], gradient.ToArray());
    }
}

/// <summary>GaussianKl on the SIMD processor.</summary>
public sealed class GaussianKlOnCpu : GaussianKlTests<CpuFixture>;

/// <summary>GaussianKl on the SIMD processor with several threads.</summary>
public sealed class GaussianKlOnCpuThreads : GaussianKlTests<CpuThreadsFixture>;
