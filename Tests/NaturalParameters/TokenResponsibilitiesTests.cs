using Native.Kernels;

namespace Native.Tests;

/// <summary>The expectation step of a topic model: the edges are tokens, from a document to a word; a topic per feature.</summary>
public sealed class TokenResponsibilitiesCall(bool keeps) : KernelCall("TokenResponsibilities", keeps ? "kept" : "")
{
    /// <summary>With and without the responsibilities themselves.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new TokenResponsibilitiesCall(false), new TokenResponsibilitiesCall(true)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Features >= 1;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        long topics = bench.Features;
        bench.NaturalParameters.TokenResponsibilities(
            bench.Graph.Destination,
            bench.Graph.Source,
            bench.Input("log theta", topics, bench.Nodes),
            bench.Input("log phi", topics, bench.Nodes),
            keeps ? bench.Output("responsibilities", topics, bench.Edges) : default,
            bench.Output("theta counts", topics, bench.Nodes),
            bench.Output("phi counts", topics, bench.Nodes),
            bench.OutputVector("log evidence", 1));
    }
}

/// <summary>The contract of TokenResponsibilities.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class TokenResponsibilitiesTests<TFixture> : MessageKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => TokenResponsibilitiesCall.All;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> HubCalls => [TokenResponsibilitiesCall.All[0]];

    /// <summary>Several pieces, documents that go on from one to the next, words that are too frequent for a plain sum.</summary>
    [Fact]
    public void ManyTokensMatchTheReference()
    {
        foreach (var topics in (int[])[1, 2, 3, 4, 5, 8, 11])
        {
            Compare(new Sizes(GraphSamples.Random(7, 12_000, 1), 0, topics, 0), Layout.Contiguous, Values.Smooth);
            Compare(new Sizes(GraphSamples.Hub(200, 8000), 0, topics, 0), Layout.Strided, Values.Smooth);
            Compare(new Sizes(GraphSamples.Random(3000, 12_000, 2), 0, topics, 0), Layout.Contiguous, Values.Smooth);
        }
    }
}

/// <summary>Tokens where something underflows, is impossible, or not a number.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class TokenResponsibilitiesDomainTests<TFixture> : IDisposable
    where TFixture : IDeviceFixture
{
    private static readonly int[] DocumentOf = [0, 0, 1, 1, 1, 2];
    private static readonly int[] WordOf = [0, 1, 1, 2, 2, 0];

    private Device Device { get; } = TFixture.Create();

    /// <inheritdoc/>
    public void Dispose()
    {
        Device.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Three documents of six tokens, by hand.</summary>
    [Fact]
    public void SixTokensByHand()
    {
        // Odds of topic 0: 3, 1, ½ in the documents, 1, 3, ½ of the words.
        var found = Run([Math.Log(3), 0, -Math.Log(2), 0, 0, 0], [0, Math.Log(3), -Math.Log(2), 0, 0, 0]);
        Close([0.75, 0.9, 0.75, 1 / 3.0, 1 / 3.0, 1 / 3.0, 0.25, 0.1, 0.25, 2 / 3.0, 2 / 3.0, 2 / 3.0], found.R);
        Close([1.65, 0.75 + 2 / 3.0, 1 / 3.0, 0.35, 0.25 + 4 / 3.0, 2 / 3.0], found.Theta);
        Close([0.75 + 1 / 3.0, 1.65, 2 / 3.0, 0.25 + 2 / 3.0, 0.35, 4 / 3.0], found.Phi);
        Close([Math.Log(4 * 10 * 4 * 1.5 * 1.5 * 1.5)], [found.Evidence]);
    }

    /// <summary>Where every product of exponentials underflows, the logits are far apart in both tables but not in their sum.</summary>
    [Fact]
    public void WhatUnderflowsIsComputedFromLogits()
    {
        foreach (var far in (double[])[200, 600, 700, 745, 2000, 1e5])
        {
            var found = Run([far + Math.Log(3), 0, 0, -far, 0, 0], [-far, -far, -far, far, far, far]);
            Close([0.75, 0.75], [found.R[0], found.R[1]], 1e-9);
            Close([1.5, 0.5], [found.Theta[0], found.Theta[3]], 1e-9);
            Close([2 * Math.Log(4) + 4 * far], [found.Evidence], 1e-13);
            Device.ThrowIfFaulted();
        }
    }

    /// <summary>Probabilities of 0 in either table, in one topic or in all.</summary>
    [Fact]
    public void WhatIsImpossibleIsNotAFault()
    {
        const double Never = double.NegativeInfinity;
        var found = Run([0, 0, 0, 0, 0, 0], [0, 0, 0, Never, 0, 0]);
        Close([1, 0.5, 0.5, 0.5, 0.5, 1, 0, 0.5, 0.5, 0.5, 0.5, 0], found.R);
        Close([4 * Math.Log(2)], [found.Evidence]);

        found = Run([Never, 0, 0, 0, 0, 0], [0, 0, 0, Never, 0, 0]);
        Close([0, 0, 0.5, 0.5, 0.5, 1, 0, 1, 0.5, 0.5, 0.5, 0], found.R);
        Close([0, 1.5, 1, 1, 1.5, 0], found.Theta);
        Assert.Equal(Never, found.Evidence);

        found = Run([0, 0, Never, 0, 0, Never], [0, 0, 0, 0, 0, 0]);
        Close([1, 1.5, 0, 1, 1.5, 0], found.Theta);
        Assert.Equal(Never, found.Evidence);
        Device.ThrowIfFaulted();
    }

    /// <summary>A logit that is NaN or +∞ makes its token NaN, and is reported by the token's number; what no token has does not matter.</summary>
    [Fact]
    public void ALogitThatIsNoNumberIsReported()
    {
        foreach (var bad in (double[])[double.NaN, double.PositiveInfinity])
        {
            var found = Run([0, bad, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]);
            Assert.Equal(2, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
            Close([0.5, 0.5, double.NaN, double.NaN, double.NaN, 0.5, 0.5, 0.5, double.NaN, double.NaN, double.NaN, 0.5], found.R);
            Close([1, double.NaN, 0.5, 1, double.NaN, 0.5], found.Theta);
            Close([1, double.NaN, double.NaN, 1, double.NaN, double.NaN], found.Phi);
            Assert.Equal(double.NaN, found.Evidence);

            found = Run([0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, bad]);
            Assert.Equal(3, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
            Close([1, double.NaN, 0.5, 1, double.NaN, 0.5], found.Theta);

            found = Run([0, 0, 0, bad, 0, 0, 0, bad], [0, 0, 0, bad, 0, 0, 0, double.NegativeInfinity], 4);
            Close([1, 1.5, 0.5, 0, 1, 1.5, 0.5, 0], found.Theta);
            Close([1, 1, 1, 0, 1, 1, 1, 0], found.Phi);
            Close([6 * Math.Log(2)], [found.Evidence]);
            Device.ThrowIfFaulted();
        }
    }

    /// <summary>No token, no word, no document: 0 and nothing.</summary>
    [Fact]
    public void WithoutTokensAllIsZero()
    {
        using var documents = Device.Upload(EdgeIndex.Create(ReadOnlySpan<int>.Empty, 2));
        using var words = Device.Upload(EdgeIndex.Create(ReadOnlySpan<int>.Empty, 0));
        using var theta = Device.Upload([double.NaN, 1], 1, 2);
        using var phi = Device.Allocate<double>(1, 0);
        using var thetaCounts = Device.Upload([7.0, 7], 1, 2);
        using var phiCounts = Device.Allocate<double>(1, 0);
        using var evidence = Device.Upload([7.0]);
        Device.NaturalParameters<double>().TokenResponsibilities(documents, words, theta, phi, default, thetaCounts, phiCounts, evidence);
        Assert.Equal([0, 0], thetaCounts.ToArray());
        Assert.Equal([0], evidence.ToArray());
        Device.ThrowIfFaulted();
    }

    /// <summary>Every token has a document and a word, and there is a topic.</summary>
    [Fact]
    public void IndicesOfDifferentLengthAreRefused()
    {
        using var documents = Device.Upload(EdgeIndex.Create([0, 0], 1));
        using var words = Device.Upload(EdgeIndex.Create([0, 0, 0], 1));
        using var table = Device.Allocate<double>(1, 1);
        using var none = Device.Allocate<double>(0, 1);
        using var counts = Device.Allocate<double>(1, 1);
        using var evidence = Device.Allocate<double>(1);
        var kernels = Device.NaturalParameters<double>();
        var error = Assert.Throws<ArgumentException>(() => kernels.TokenResponsibilities(documents, words, table, table, default, counts, counts, evidence));
        Assert.Equal("words", error.ParamName);
        Assert.Contains("2 tokens", error.Message, StringComparison.Ordinal);
        Assert.Equal("logTheta", Assert.Throws<ArgumentException>(() => kernels.TokenResponsibilities(documents, documents, none, none, default, none, none, evidence)).ParamName);
    }

    private static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<double> found, double tolerance = 1e-14) => Contract.AssertClose(found, expected, tolerance, "");

    // Two topics.
    private (double[] R, double[] Theta, double[] Phi, double Evidence) Run(double[] logTheta, double[] logPhi, int nodes = 3)
    {
        using var documents = Device.Upload(EdgeIndex.Create(DocumentOf, nodes));
        using var words = Device.Upload(EdgeIndex.Create(WordOf, nodes));
        using var theta = Device.Upload(logTheta, 2, nodes);
        using var phi = Device.Upload(logPhi, 2, nodes);
        using var r = Device.Allocate<double>(2, DocumentOf.Length);
        using var thetaCounts = Device.Allocate<double>(2, nodes);
        using var phiCounts = Device.Allocate<double>(2, nodes);
        using var evidence = Device.Allocate<double>(1);
        Device.NaturalParameters<double>().TokenResponsibilities(documents, words, theta, phi, r, thetaCounts, phiCounts, evidence);
        return (r.ToArray(), thetaCounts.ToArray(), phiCounts.ToArray(), evidence.ToArray()[0]);
    }
}

/// <summary>TokenResponsibilities on the SIMD processor.</summary>
public sealed class TokenResponsibilitiesOnCpu : TokenResponsibilitiesTests<CpuFixture>;

/// <summary>TokenResponsibilities on the SIMD processor with several threads.</summary>
public sealed class TokenResponsibilitiesOnCpuThreads : TokenResponsibilitiesTests<CpuThreadsFixture>;

/// <summary>What underflows, is impossible or no number, on the SIMD processor.</summary>
public sealed class TokenResponsibilitiesDomainOnCpu : TokenResponsibilitiesDomainTests<CpuFixture>;

/// <summary>What underflows, is impossible or no number, on the SIMD processor with several threads.</summary>
public sealed class TokenResponsibilitiesDomainOnCpuThreads : TokenResponsibilitiesDomainTests<CpuThreadsFixture>;

/// <summary>What underflows, is impossible or no number, on the reference device.</summary>
public sealed class TokenResponsibilitiesDomainOnReference : TokenResponsibilitiesDomainTests<ReferenceFixture>;
