using Native.Kernels;

namespace Native.Tests;

/// <summary>The conditional kernels of every factor.</summary>
public static class ConditionalCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } =
    [
        new ConditionalCall<GaussianConditional>(), new ConditionalCall<MultivariateGaussianConditional>(), new ConditionalCall<GammaConditional>(), new ConditionalCall<BernoulliConditional>(),
        new ConditionalCall<PoissonConditional>(), new ConditionalCall<CategoricalConditional>(),
    ];
}

/// <summary>The conditional kernels of one factor; one factor per feature, the dimension from the rows.</summary>
public sealed class ConditionalCall<TConditional>() : KernelCall("NaturalParameters", typeof(TConditional).Name)
    where TConditional : struct, IConditional
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool TakesSpecialValues => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var n = bench.Features;
        var p = TConditional.StatisticsRows(2) == TConditional.StatisticsRows(1) ? 1 : 1 + bench.Rows % 5;
        int rows = TConditional.StatisticsRows(p), firstRows = TConditional.FirstRows(p), secondRows = TConditional.SecondRows(p);
        var kernels = bench.NaturalParameters;
        var first = bench.Input("first", firstRows, n, Domain.Positive);
        var second = secondRows > 0 ? bench.Input("second", secondRows, n, Domain.Positive) : default;
        var statistics = bench.Input("given statistics", rows, n, Domain.Positive);
        kernels.ConditionalStatistics<TConditional>(p, bench.Input("child", TConditional.ChildRows(p), n), bench.Output("statistics", rows, n));
        kernels.ConditionalParameters<TConditional>(p, first, second, bench.Output("parameters", rows, n));
        kernels.MessageToChild<TConditional>(p, bench.Input("given parameters", rows, n), bench.Output("message to child", TConditional.ChildRows(p), n));
        kernels.MessageToFirst<TConditional>(p, statistics, second, bench.Output("message to first", firstRows, n));
        if (secondRows == firstRows || secondRows > 1)
        {
            kernels.MessageToSecond<TConditional>(p, statistics, first, bench.Output("message to second", secondRows, n));
        }
    }
}

/// <summary>The contract of the conditional kernels.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ConditionalTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => ConditionalCalls.All;

    /// <summary>A factor with one parent has no message to a second, and takes none.</summary>
    [Fact]
    public void ASecondParentThatIsNotThereIsRefused()
    {
        using var two = Device.Allocate<double>(2, 3);
        using var other = Device.Allocate<double>(2, 3);
        using var output = Device.Allocate<double>(2, 3);
        var kernels = Device.NaturalParameters<double>();
        Assert.Contains("PoissonConditional", Assert.Throws<NotSupportedException>(() => kernels.MessageToSecond<PoissonConditional>(1, two, other, output)).Message, StringComparison.Ordinal);
        Assert.Contains("one parent", Assert.Throws<ArgumentException>(() => kernels.ConditionalParameters<PoissonConditional>(1, two, other, output)).Message, StringComparison.Ordinal);
    }
}

/// <summary>Conditional kernels on the SIMD processor.</summary>
public sealed class ConditionalOnCpu : ConditionalTests<CpuFixture>;

/// <summary>Conditional kernels on the SIMD processor with several threads.</summary>
public sealed class ConditionalOnCpuThreads : ConditionalTests<CpuThreadsFixture>;
