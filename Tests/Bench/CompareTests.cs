using Native.Bench;
using Native.Kernels;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

public sealed class CompareTests
{
    private const int Nodes = 40;
    private const int Edges = 300;
    private const int Features = 33;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void PlainLoopsAreRight(int threads)
    {
        using var device = new ReferenceDevice();
        var index = Shapes.RandomNodes(Nodes, Edges, 1);
        using var deviceIndex = device.Upload(EdgeIndex.Create(index, Nodes));
        var x = Shapes.Random<double>(Nodes * Features, 2);
        var v = Shapes.Random<double>(Edges * Features, 3);
        using var deviceX = device.Upload(x, Nodes, Features);
        using var deviceV = device.Upload(v, Edges, Features);
        using var edges = device.Allocate<double>(Edges, Features);
        using var nodes = device.Allocate<double>(Nodes, Features);
        var plainEdges = new double[Edges * Features];
        var plainNodes = new double[Nodes * Features];

        device.Messages<double>().Gather(deviceIndex, deviceX, edges);
        PlainLoops.Gather(index, x, Features, plainEdges, threads);
        Assert.Equal(0, Shapes.Difference<double>(edges.ToArray(), plainEdges));

        device.Messages<double>().ScatterAdd(deviceIndex, deviceV, nodes);
        PlainLoops.ScatterAdd(index, v, Features, plainNodes, threads);
        Assert.InRange(Shapes.Difference<double>(nodes.ToArray(), plainNodes), 0, 1e-14);

        device.Messages<double>().SegmentSoftmax(deviceIndex, deviceV, edges);
        PlainLoops.SegmentSoftmax(index, v, Features, new double[plainNodes.Length], new double[plainNodes.Length], plainEdges, threads);
        Assert.InRange(Shapes.Difference<double>(edges.ToArray(), plainEdges), 0, 1e-14);
    }

    [Theory]
    [InlineData(Transpose.No, Transpose.No)]
    [InlineData(Transpose.No, Transpose.Yes)]
    [InlineData(Transpose.Yes, Transpose.No)]
    [InlineData(Transpose.Yes, Transpose.Yes)]
    public void PlainMatrixProductsAreRight(Transpose transposeA, Transpose transposeB)
    {
        const int m = 7;
        const int n = 9;
        const int k = 11;
        using var device = new ReferenceDevice();
        var a = Shapes.Random<double>(m * k, 1);
        var b = Shapes.Random<double>(k * n, 2);
        using var deviceA = transposeA == Transpose.No ? device.Upload(a, m, k) : device.Upload(a, k, m);
        using var deviceB = transposeB == Transpose.No ? device.Upload(b, k, n) : device.Upload(b, n, k);
        using var product = device.Allocate<double>(m, n);
        device.Dense<double>().MatrixProduct(deviceA, transposeA, deviceB, transposeB, product);
        var plain = new double[m * n];
        PlainLoops.MatrixProduct(a, transposeA == Transpose.Yes, b, transposeB == Transpose.Yes, plain, m, n, k, 2);
        Assert.InRange(Shapes.Difference<double>(product.ToArray(), plain), 0, 1e-14);
    }

    [Fact]
    public void MaterialisedMessagesLearnWhatFusedOnesDo()
    {
        const int width = 6;
        const int edgeWidth = 3;
        const int layers = 3;
        using var device = new ReferenceDevice();
        using var data = new TrainingData<double>(device, Nodes, Edges, width, edgeWidth);
        using var fused = new UnifiedMessagePassing<double>(device, [width, width, width, width], width, edgeWidth);
        using var fusedStep = new TrainingStep<double>(data, fused.Parameters, () => fused.Forward(data.Graph, data.Features, data.EdgeAttributes), dOutput => fused.Backward(dOutput));
        using var materialised = new MaterialisedMessagePassing<double>(data, width, edgeWidth, layers, 1);
        using var materialisedStep = new TrainingStep<double>(data, materialised.Parameters, materialised.Forward, materialised.Backward);
        Assert.InRange(materialisedStep.GradientDifference(fusedStep, 1), 0, 1e-11);
    }

    [Fact]
    public void ADifferenceIsRelativeToOurLargestValue()
    {
        Assert.Equal(0, Shapes.Difference<double>([0, 0], [0, 0]));
        Assert.Equal(0.5, Shapes.Difference<double>([1e-3, -2e-3], [1e-3, -1e-3]), 12);
        Assert.Equal(1e-3, Shapes.Difference<double>([1e-3, -2e-3], [1e-3, -1e-3], least: 1), 12);
        Assert.True(double.IsNaN(Shapes.Difference<double>([1, 2], [1, double.NaN])));
        Assert.True(double.IsNaN(Shapes.Difference<double>([1, double.NaN], [1, 2])));
    }

    [Fact]
    public void EveryPeerIsARowAndTheMissingAreNamed()
    {
        var missing = new List<MissingPeer>();
        var rows = Run(
            missing,
            Peer.Available("same", 0, () => new PeerRun(() => { }, () => 0)),
            Peer.Absent("absent", "not here"),
            Peer.Available("greedy", 5_000_000_000, () => throw new InvalidOperationException()),
            Peer.Available("incapable", 0, () => throw new InvalidOperationException("no such operator\nat all")));
        var row = Assert.Single(rows);
        Assert.Equal(("fake", "same", "l2"), (row.Kernel, row.Peer, row.Limit));
        Assert.Equal(row.PeerMilliseconds / row.Milliseconds, row.Speedup);
        Assert.InRange(row.SpeedupLow!.Value, 0, row.SpeedupHigh!.Value);
        Assert.Null(row.Scaling);
        Assert.Equal(["absent", "greedy", "incapable"], missing.Select(peer => peer.Peer));
        Assert.All(missing, peer => Assert.Equal("fake n1 none float", peer.Row));
        Assert.Contains("5.0 GB", missing[1].Reason, StringComparison.Ordinal);
        Assert.EndsWith("no such operator", missing[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutPeersThereIsOneRow()
    {
        var row = Assert.Single(Run([]));
        Assert.Null(row.Peer);
        Assert.Null(row.Speedup);
        Assert.True(row.Milliseconds > 0);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    public void APeerWithAnotherResultIsAnError(double difference)
    {
        var exception = Assert.Throws<BenchException>(() => Run([], Peer.Available("other", 0, () => new PeerRun(() => { }, () => difference))));
        Assert.Contains("other", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APeerIsPreparedBeforeEverySeriesOfItsCalls()
    {
        var library = 0;
        var wrong = 0;
        Run([], Asking(1), Asking(2));
        Assert.Equal(0, wrong);

        Peer Asking(int threads) => Peer.Available($"asks for {threads}", 0, () => new PeerRun(() => wrong += library == threads ? 0 : 1, null, prepare: () => library = threads));
    }

    [Fact]
    public void ScalingIsStatedForTheMostThreads()
    {
        using var device = new ReferenceDevice();
        var caches = new CacheSizes(1 << 20, 4 << 20, 1, 1, true);
        IReadOnlyList<CompareSettings> settings = [new(device, 1, caches), new(device, 2, caches)];
        var entry = new CompareEntry("fake", "n1", "none", "float", true, _ => new FakeCase([Peer.Available("same", 0, () => new PeerRun(() => { }, () => 0))]));
        var rows = new Comparison(settings, quick: true, TestContext.Current.CancellationToken).Run(entry, []);
        Assert.Equal([(1, "same"), (2, "same")], rows.Select(row => (row.Threads, row.Peer!)));
        Assert.Null(rows[0].Scaling);
        Assert.Equal(rows[0].Milliseconds / rows[1].Milliseconds, rows[1].Scaling);
    }

    [Fact]
    public void TheIntervalShowsTheNoise()
    {
        double[] steady = [1, 1, 1, 1, 1, 1, 1, 1, 1];
        Assert.Equal((2, 2), Comparison.SpeedupInterval(steady, [2, 2, 2, 2, 2, 2, 2, 2, 2]));

        // A disturbance of both, and rounds without the peer, do not count.
        Assert.Equal((2, 2), Comparison.SpeedupInterval([1, 1, 10, 1, 1, 1], [double.NaN, 2, 20, 2, 2, double.NaN]));

        var (low, high) = Comparison.SpeedupInterval(steady, [1, 3, 1, 3, 2, 3, 1, 3, 1]);
        Assert.InRange(low, 1, 1.5);
        Assert.InRange(high, 2.5, 3);
    }

    [Fact]
    public void WhatWouldSlowAPeerDownIsRemovedAndNamed()
    {
        Environment.SetEnvironmentVariable("ONEDNN_MAX_CPU_ISA", "SSE41");
        Assert.Contains("ONEDNN_MAX_CPU_ISA=SSE41", NativeEnvironment.RemoveOverrides());
        Assert.Null(Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA"));
        Assert.DoesNotContain("ONEDNN_MAX_CPU_ISA=SSE41", NativeEnvironment.RemoveOverrides());
    }

    [Fact]
    public void KernelsBelongToOneFamily()
    {
        var families = CompareCatalogue.Families.SelectMany(family => family.Entries.Select(entry => entry.Kernel).Distinct()).ToList();
        Assert.Equal(families.Distinct(), families);
        Assert.Equal(CompareCatalogue.Families.Select(family => family.Name).Distinct(), CompareCatalogue.Families.Select(family => family.Name));
        Assert.Equal(
            CompareCatalogue.All.Select(entry => (entry.Kernel, entry.Shape, entry.Layout, entry.Precision)).Distinct(),
            CompareCatalogue.All.Select(entry => (entry.Kernel, entry.Shape, entry.Layout, entry.Precision)));
    }

    private static IReadOnlyList<CompareResult> Run(List<MissingPeer> missing, params Peer[] peers)
    {
        using var device = new ReferenceDevice();
        var settings = new CompareSettings(device, 1, new CacheSizes(1 << 20, 4 << 20, 1, 1, true));
        var entry = new CompareEntry("fake", "n1", "none", "float", true, _ => new FakeCase(peers));
        return new Comparison([settings], quick: true, TestContext.Current.CancellationToken).Run(entry, missing);
    }

    private sealed class FakeCase(IReadOnlyList<Peer> peers) : CompareCase
    {
        private int _calls;

        public override Work Work => Work.OfBytes(1, MemoryLevel.L2);

        public override IReadOnlyList<Peer> Peers => peers;

        public override void Run() => _calls++;

        public override void Dispose() => Assert.True(_calls > 0);
    }
}
