using System.Runtime.InteropServices;
using Native.Kernels;
using Native.Kernels.Cpu;
using Kernel = Native.Kernels.Cpu.Messages;

namespace Native.Tests.Messages;

/// <summary>Element offsets beyond 2³¹: matrices of which only a few rows, far apart, are ever touched, and sums over more than 2³¹ messages.</summary>
[Collection(nameof(Alone))]
public unsafe partial class LargeMatrixTests
{
    // Six rows: the last begins behind element 2³¹, and behind byte 2³³.
    private const int Rows = 6;
    private const int Stride = (1 << 29) + 48;
    private const int Features = 20;

    [Fact]
    public void RowsFurtherApartThan31BitsGiveTheSame()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "Address space is reserved without memory by mmap.");
        Assert.True((Rows - 1) * (long)Stride > int.MaxValue);
        var bytes = unchecked((nuint)(Rows * (long)Stride * sizeof(float)));
        var memory = (float*)MapMemory(null, bytes, ReadAndWrite, PrivateAnonymousNoReserve, -1, 0);
        Assert.True((nint)memory != -1, "mmap failed.");
        try
        {
            CompareWithCompactRows(memory);
        }
        finally
        {
            _ = UnmapMemory(memory, bytes);
        }
    }

    [Fact]
    public void MoreThan31BitsOfMessagesAreSummed()
    {
        const int nodes = 3;
        const int edges = 2_200_000;
        const int features = 1024;
        Assert.True((long)edges * features > int.MaxValue);
        var node = new int[edges];
        for (var edge = 0; edge < edges; edge++)
        {
            node[edge] = edge % nodes;
        }

        var graph = new Graph(nodes, node, node);
        var one = new float[features];
        Array.Fill(one, 1f);
        var output = new float[nodes * features];
        ReadOnlyMatrixView<float> x = new(in one[0], nodes, features, 0);
        Kernel.Aggregate<Sum, float>(graph, x, default, new(output, nodes, features), threads: 2);
        Assert.All(output, value => Assert.InRange(value, edges / nodes, edges / nodes + 1));
        Array.Clear(output);
        Kernel.ScatterAdd(graph.Destination, new ReadOnlyMatrixView<float>(in one[0], edges, features, 0), new(output, nodes, features), threads: 2);
        Assert.All(output, value => Assert.InRange(value, edges / nodes, edges / nodes + 1));
        var products = new float[edges];
        Kernel.EdgeDot(graph, x, x, new MatrixView<float>(products, edges, 1), threads: 2);
        Assert.Equal(-1, products.AsSpan().IndexOfAnyExcept(features));
    }

    private static void CompareWithCompactRows(float* memory)
    {
        // Every node and every edge has a row; both directions, with rows of several edges and a row without.
        var graph = new Graph(Rows, [0, 5, 4, 5, 3, 1], [5, 0, 5, 1, 5, 0]);
        var compact = new float[8][];
        for (var matrix = 0; matrix < compact.Length; matrix++)
        {
            compact[matrix] = new float[Rows * Features];
            for (var i = 0; matrix < 2 && i < compact[matrix].Length; i++)
            {
                compact[matrix][i] = (i * 37 + matrix * 11) % 64 / 16f - 2;
            }
        }

        var compactArg = new int[Rows * Features];
        for (var matrix = 0; matrix < 2; matrix++)
        {
            for (var row = 0; row < Rows; row++)
            {
                for (var column = 0; column < Features; column++)
                {
                    Far(memory, matrix)[row, column] = compact[matrix][row * Features + column];
                }
            }
        }

        MatrixView<int> farArg = new(ref *(int*)(memory + 8 * Features), Rows, Features, Stride);
        Run(graph, Far(memory, 0), Far(memory, 1), Far(memory, 2), farArg, Far(memory, 3), Far(memory, 4), Far(memory, 5), Far(memory, 6), Far(memory, 7));
        Run(graph, Near(compact, 0), Near(compact, 1), Near(compact, 2), new(compactArg, Rows, Features), Near(compact, 3), Near(compact, 4), Near(compact, 5), Near(compact, 6), Near(compact, 7));
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Features; column++)
            {
                Assert.Equal(compactArg[row * Features + column], farArg[row, column]);
                for (var matrix = 2; matrix < compact.Length; matrix++)
                {
                    Assert.Equal((matrix, row, column, compact[matrix][row * Features + column]), (matrix, row, column, Far(memory, matrix)[row, column]));
                }
            }
        }
    }

    private static MatrixView<float> Far(float* memory, int matrix) => new(ref memory[matrix * Features], Rows, Features, Stride);

    private static MatrixView<float> Near(float[][] compact, int matrix) => new(compact[matrix], Rows, Features);

    private static void Run(
        Graph graph, MatrixView<float> x, MatrixView<float> v, MatrixView<float> max, MatrixView<int> arg, MatrixView<float> dx, MatrixView<float> sum, MatrixView<float> softmax, MatrixView<float> gathered, MatrixView<float> dots)
    {
        var weights = v.ColumnRange(0, 2);
        Kernel.Aggregate<Max, float>(graph, x, weights, max, arg, threads: 2);
        Kernel.AggregateBackward<Max, float>(graph, x, weights, arg, v, dx, threads: 2);
        Kernel.Aggregate<Mean, float>(graph, x, weights, sum, threads: 2);
        Kernel.ScatterAdd(graph.Source, v, sum, threads: 2);
        Kernel.SegmentSoftmax(graph.Destination, v, softmax, threads: 2);
        Kernel.SegmentSoftmax(graph.Destination, v.ColumnRange(3, 1), softmax.ColumnRange(3, 1), threads: 2);
        Kernel.SegmentSoftmaxBackward<float>(graph.Destination, softmax.ColumnRange(0, 4), v.ColumnRange(0, 4), dots.ColumnRange(8, 4), threads: 2);
        Kernel.Gather(graph.Source, x, gathered, threads: 2);
        Kernel.EdgeDot(graph, x, v, dots.ColumnRange(0, 4), threads: 2);
    }

    private const int ReadAndWrite = 3;

    // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    private const int PrivateAnonymousNoReserve = 0x02 | 0x20 | 0x4000;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MapMemory(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int UnmapMemory(void* address, nuint length);
}
