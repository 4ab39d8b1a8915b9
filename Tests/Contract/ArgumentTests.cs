using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Kernels.Reference;

namespace Native.Tests;

/// <summary>What the contracts promise for bad arguments.</summary>
public class ArgumentTests
{
    /// <summary>All kernels.</summary>
    public static TheoryData<string> Kernels => [.. KernelCatalogue.All.Select(call => call.Name)];

    /// <summary>Every argument of every kernel is spoiled in every way, one at a time: always an error that names an argument.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void EveryBadArgumentIsNamed(string name)
    {
        var call = KernelCatalogue.All.Single(call => call.Name == name);
        // The contracts check arguments before any device sees them, so one device stands for all.
        using var device = new ReferenceDevice();
        using var other = new CpuDevice(1);
        var sizes = new Sizes(GraphSamples.Small, 4, 6, 5);
        string[] arguments;
        using (var bench = new Workbench<float>(device, sizes, Layout.Contiguous, Values.Coarse))
        {
            call.Run(bench);
            arguments = [.. bench.Names.Where(argument => argument != "cotangent/loss")];
        }

        foreach (var argument in arguments)
        {
            foreach (var how in Enum.GetValues<Sabotage>())
            {
                if (IsHarmless(call, argument, how))
                {
                    continue;
                }

                using var bench = new Workbench<float>(device, sizes, Layout.Contiguous, Values.Coarse);
                bench.Spoil(argument, how, other);
                var error = Record.Exception(() => call.Run(bench));
                Assert.True(error is ArgumentException or ObjectDisposedException, $"{call.Name}: {argument} {how}: expected an argument error, got {error?.ToString() ?? "none"}.");
                var named = error is ArgumentException bad ? bad.ParamName : (error as ObjectDisposedException)?.ObjectName;
                Assert.False(string.IsNullOrEmpty(named), $"{call.Name}: {argument} {how}: the error names no argument: {error!.Message}");
                if (how is Sabotage.Disposed)
                {
                    Assert.IsType<ObjectDisposedException>(error);
                }
            }
        }
    }

    [Fact]
    public void AnEdgeOutOfRangeIsNamed()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Graph(3, [0, 1, 3], [0, 1, 2]));
        Assert.Equal("source", error.ParamName);
        Assert.Contains("edge 2 has 3", error.Message, StringComparison.Ordinal);
        Assert.Equal("destination", Assert.Throws<ArgumentOutOfRangeException>(() => new Graph(3, [0, 1], [0, -1])).ParamName);
        Assert.Equal("index", Assert.Throws<ArgumentOutOfRangeException>(() => EdgeIndex.Create([0, 5], 5)).ParamName);
        Assert.Contains("edge 1 has 4294967296", Assert.Throws<ArgumentOutOfRangeException>(() => EdgeIndex.Create([0L, 1L << 32], 5)).Message, StringComparison.Ordinal);
        Assert.Equal("destination", Assert.Throws<ArgumentException>(() => new Graph(3, [0, 1], [0])).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Graph(-1, ReadOnlySpan<int>.Empty, []));
    }

    [Fact]
    public void AWrongShapeSaysWhatWasExpectedAndWhatCame()
    {
        using var device = new CpuDevice(1);
        using var graph = device.Upload(GraphSamples.Small);
        using var x = device.Allocate<float>(6, 4);
        using var wrong = device.Allocate<float>(5, 4);
        var error = Assert.Throws<ArgumentException>(() => device.Messages<float>().Aggregate<Sum>(graph, x, null, wrong));
        Assert.Equal("output", error.ParamName);
        Assert.Contains("expected shape [6, 4], but got [5, 4]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorOfAnotherDeviceIsNamedWithBothDevices()
    {
        using var device = new CpuDevice(1);
        using var other = new ReferenceDevice();
        using var graph = device.Upload(GraphSamples.Small);
        using var x = other.Allocate<float>(6, 4);
        using var output = device.Allocate<float>(6, 4);
        var error = Assert.Throws<ArgumentException>(() => device.Messages<float>().Aggregate<Sum>(graph, x, null, output));
        Assert.Equal("x", error.ParamName);
        Assert.Contains("cpu", error.Message, StringComparison.Ordinal);
        Assert.Contains("reference", error.Message, StringComparison.Ordinal);
        using var foreignGraph = other.Upload(GraphSamples.Small);
        Assert.Equal("graph", Assert.Throws<ArgumentException>(() => device.Messages<float>().Aggregate<Sum>(foreignGraph, output, null, output)).ParamName);
    }

    [Fact]
    public void ADisposedTensorAndADisposedGraphAreErrors()
    {
        using var device = new CpuDevice(1);
        var graph = device.Upload(GraphSamples.Small);
        using var output = device.Allocate<float>(6, 4);
        var x = device.Allocate<float>(6, 4);
        x.Dispose();
        Assert.Contains("x:", Assert.Throws<ObjectDisposedException>(() => device.Messages<float>().Aggregate<Sum>(graph, x, null, output)).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => x.ToArray());
        using var alive = device.Allocate<float>(6, 4);
        graph.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.Messages<float>().Aggregate<Sum>(graph, alive, null, output));
    }

    [Fact]
    public void AnOutputThatOverlapsAnInputIsAnError()
    {
        using var device = new ReferenceDevice();
        using var graph = device.Upload(GraphSamples.Small);
        using var tensor = device.Allocate<float>(12, 8);
        DeviceMatrix<float> all = tensor;
        var messages = device.Messages<float>();
        var dense = device.Dense<float>();
        var left = all.RowRange(0, 6).ColumnRange(0, 4);
        AssertOverlap(() => messages.Aggregate<Sum>(graph, left, null, left));
        AssertOverlap(() => messages.Aggregate<Sum>(graph, left, null, all.RowRange(0, 6).ColumnRange(3, 4)));
        AssertOverlap(() => messages.ScatterAdd(graph.Source, all.RowRange(0, 11), all.RowRange(5, 6)));
        AssertOverlap(() => dense.LayerNorm(all, device.Allocate<float>(8), device.Allocate<float>(8), all, device.Allocate<float>(12), device.Allocate<float>(12)));
        AssertOverlap(() => dense.Linear<Identity>(all.RowRange(0, 4), all.RowRange(4, 4), null, all.RowRange(8, 4).ColumnRange(0, 4)), overlaps: false);
        AssertOverlap(() => dense.Linear<Identity>(all.RowRange(0, 4), all.RowRange(4, 4), null, all.RowRange(7, 4).ColumnRange(0, 4)));

        // Column ranges of one matrix interleave in memory without sharing an element.
        messages.Aggregate<Sum>(graph, left, null, all.RowRange(0, 6).ColumnRange(4, 4));

        static void AssertOverlap(Action action, bool overlaps = true)
        {
            var error = Record.Exception(action);
            if (!overlaps)
            {
                Assert.Null(error);
                return;
            }

            var bad = Assert.IsType<ArgumentException>(error);
            Assert.Equal("output", bad.ParamName);
            Assert.Contains("overlaps", bad.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OptionsOutOfRangeAreNamed()
    {
        using var device = new CpuDevice(1);
        using var graph = device.Upload(GraphSamples.Small);
        using var x = device.Allocate<double>(6, 4);
        using var output = device.Allocate<double>(6, 4);
        using var v = device.Allocate<double>(4);
        using var rows = device.Allocate<double>(6);
        using var arg = device.Allocate<int>(6, 4);
        var messages = device.Messages<double>();
        Assert.Equal("arg", Assert.Throws<ArgumentException>(() => messages.Aggregate<Sum>(graph, x, null, output, arg)).ParamName);
        Assert.Equal("arg", Assert.ThrowsAny<ArgumentException>(() => messages.AggregateBackward<Max>(graph, x, null, null, output, x)).ParamName);
        Assert.ThrowsAny<ArgumentException>(() => messages.EdgeTileReduce<Mean>(graph, EdgeOrder.BySource, 0, x, output));
        Assert.Equal("first", Assert.Throws<ArgumentOutOfRangeException>(() => messages.EdgeTileReduce<Sum>(graph, EdgeOrder.BySource, 6, x, output)).ParamName);
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => device.Dense<double>().Fill(((DeviceMatrix<double>)x).RowRange(0, 1).Repeat(3), 1)).ParamName);
        Assert.Equal("epsilon", Assert.Throws<ArgumentOutOfRangeException>(() => device.Dense<double>().LayerNorm(x, v, v, output, rows, rows, 0)).ParamName);
        Assert.Equal("step", Assert.Throws<ArgumentOutOfRangeException>(() => device.Updates<double>().Adam(v, v, v, v, 0, new AdamOptions())).ParamName);
        Assert.Throws<NotSupportedException>(device.Messages<Half>);
        Assert.Equal("threads", Assert.Throws<ArgumentOutOfRangeException>(() => new CpuDevice(-1)).ParamName);
    }

    // Sizes that the kernel takes from the argument itself, or that leave a valid call.
    private static bool IsHarmless(KernelCall call, string argument, Sabotage how) => (call.Kernel, argument, how) switch
    {
        ("Fill", _, Sabotage.TooManyRows or Sabotage.TooManyColumns) => true,
        ("NearestNeighbours", "x", Sabotage.TooManyColumns) => true,
        ("NearestNeighbours", "out", Sabotage.TooManyColumns) => true,
        ("EdgeTileMessages" or "EdgeTileExtremumBackward", "out" or "dv", Sabotage.TooManyRows) => true,

        ("EdgeTileReduce", "v", Sabotage.TooManyRows) => true,
        ("EdgeDot", "out" or "cotangent/out", Sabotage.TooManyColumns) => true,

        ("PhiloxWords" or "Uniform" or "Normal", _, Sabotage.TooManyRows or Sabotage.TooManyColumns) => true,
        ("Gumbel", "out", Sabotage.TooManyRows or Sabotage.TooManyColumns) => call.Name.Contains("drawn", StringComparison.Ordinal),
        ("Categorical" or "GumbelTopK", "log weights", Sabotage.TooManyColumns) => call.Name.Contains("drawn", StringComparison.Ordinal),
        (_, "index", Sabotage.TooManyColumns) => true,

        // The category of a variable does not tell how many there are.
        ("NaturalParameters", "statistics", Sabotage.TooManyRows) => call.Name.Contains("Categorical", StringComparison.Ordinal),

        // Without responsibilities the number of data is that of the statistics.
        ("Responsibilities", "statistics", Sabotage.TooManyColumns) => !call.Name.Contains("kept", StringComparison.Ordinal),

        // A vector of integers has no columns to add, and a row that is to be repeated must be one.
        (_, "label" or "ignore" or "arg" or "key lengths", Sabotage.TooManyColumns) => true,
        (_, "row" or "y", Sabotage.TooManyRows) => call.Kernel is "Copy" or "AddScaled" || call.Name.Contains("repeated", StringComparison.Ordinal),
        _ => false,
    };
}
