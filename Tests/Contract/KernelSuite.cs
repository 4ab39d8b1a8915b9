using Native.Kernels;

namespace Native.Tests;

/// <summary>The contract that every kernel is held to on every device; a suite of a kernel lists its calls and adds what is its own.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class KernelSuite<TFixture> : IDisposable
    where TFixture : IDeviceFixture
{
    /// <summary>The device under test.</summary>
    protected Device Device { get; } = TFixture.Create();

    /// <summary>The calls of the kernel, one per variant.</summary>
    protected abstract IReadOnlyList<KernelCall> Calls { get; }

    /// <summary>Every width of rows, contiguous and strided: full registers, remainders, one column, none.</summary>
    [Fact]
    public void EveryWidthMatchesTheReference()
    {
        foreach (var width in TFixture.Widths)
        {
            var sizes = new Sizes(GraphSamples.Small, 3, width, 5);
            var layout = width % 2 == 0 ? Layout.Contiguous : Layout.Strided;
            Compare(sizes, layout, Values.Coarse);
            if (width < 40)
            {
                Compare(sizes, layout == Layout.Contiguous ? Layout.Strided : Layout.Contiguous, Values.Smooth);
            }
        }
    }

    /// <summary>NaN and infinities come out where the reference device puts them.</summary>
    [Fact]
    public void NaNAndInfinitiesMatchTheReference()
    {
        foreach (var width in (int[])[1, 2, 3, 8, 9, 19, 35])
        {
            Compare(new Sizes(GraphSamples.Small, 6, width, 3), Layout.Contiguous, Values.Special);
            Compare(new Sizes(GraphSamples.All[6].Graph, 40, width, 2), Layout.Strided, Values.Special);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Device.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Compares every call in float and in double.</summary>
    protected void Compare(Sizes sizes, Layout layout, Values values)
    {
        foreach (var call in Calls)
        {
            Contract.CompareBoth(call, Device, TFixture.Name, sizes, layout, values);
        }
    }
}

/// <summary>The contract of message kernels: shapes of graphs, and rows of any length.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class MessageKernelSuite<TFixture> : KernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <summary>Graphs without nodes, without edges, of self loops, of duplicates, with a hub.</summary>
    [Fact]
    public void EveryGraphMatchesTheReference()
    {
        foreach (var (_, graph) in GraphSamples.All)
        {
            Compare(new Sizes(graph, 0, 1, 0), Layout.Contiguous, Values.Coarse);
            Compare(new Sizes(graph, 0, 4, 0), Layout.Contiguous, Values.Coarse);
            Compare(new Sizes(graph, 0, 21, 0), Layout.Strided, Values.Smooth);
        }
    }

    /// <summary>One row of a million edges is right in float to 1e-5: sums are blocked, not added one by one.</summary>
    [Fact]
    public void ARowOfAMillionEdgesIsRightInFloat()
    {
        var edges = TFixture.HubEdges;
        var source = new int[edges];
        for (var edge = 0; edge < edges; edge++)
        {
            source[edge] = (int)(edge * 2654435761L % 61);
        }

        var sizes = new Sizes(new Graph(61, source, new int[edges]), 0, 2, 0);
        foreach (var call in HubCalls)
        {
            Contract.Compare<float>(call, Device, TFixture.Name, sizes, Layout.Contiguous, Values.Positive, Tolerances.LongSum);
        }
    }

    /// <summary>The calls that sum over a row.</summary>
    protected abstract IReadOnlyList<KernelCall> HubCalls { get; }
}

/// <summary>The contract of dense kernels: any number of rows.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class DenseKernelSuite<TFixture> : KernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <summary>No row, one row, many rows, narrow and wide.</summary>
    [Fact]
    public void EveryNumberOfRowsMatchesTheReference()
    {
        foreach (var rows in (int[])[0, 1, 2, 3, 4, 5, 7, 8, 13, 31, 64, 65, 257, 1000])
        {
            Compare(new Sizes(GraphSamples.Small, rows, 1, 4), Layout.Contiguous, Values.Smooth);
            Compare(new Sizes(GraphSamples.Small, rows, 10, 6), Layout.Strided, Values.Coarse);
            Compare(new Sizes(GraphSamples.Small, rows, 37, 3), Layout.Contiguous, Values.Smooth);
        }
    }
}
