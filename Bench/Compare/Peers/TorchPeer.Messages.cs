using System.Numerics;
using Native.Kernels;
#if PEER_TORCH
using TorchSharp;
using static TorchSharp.torch;
#endif

namespace Native.Bench;

internal static partial class TorchPeer
{
#if PEER_TORCH
    // What TorchSharp has no method for, in TorchScript, which wants a line break at the end.
    private const string Script = """
        def aggregate_max(x: Tensor, source: Tensor, destination: Tensor, result: Tensor) -> Tensor:
            messages = x.index_select(0, source)
            return result.zero_().scatter_reduce_(0, destination.unsqueeze(1).expand_as(messages), messages, "amax", include_self=False)

        def segment_softmax(v: Tensor, index: Tensor, lowest: Tensor, zero: Tensor) -> Tensor:
            maximum = lowest.scatter_reduce(0, index.unsqueeze(1).expand_as(v), v, "amax")
            e = (v - maximum.index_select(0, index)).exp()
            return e / zero.index_add(0, index, e).index_select(0, index)

        """;

    private static readonly Lazy<jit.CompilationUnit> Scripts = new(() => jit.compile(Script));

    /// <summary><c>output[e] = x[index[e]]</c>.</summary>
    public static Peer Gather<T>(int[] index, T[] x, int nodes, int features, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(ElementSize<T>() * ((long)index.Length + nodes) * features, threads, ours, () =>
        {
            var values = Make(x, nodes, features);
            var rows = Make(index);
            return () => values.index_select(0, rows);
        });

    /// <summary><c>output[index[e]] += v[e]</c>.</summary>
    public static Peer ScatterAdd<T>(int[] index, T[] v, int nodes, int features, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(ElementSize<T>() * ((long)index.Length + nodes) * features, threads, ours, () =>
        {
            var values = Make(v, index.Length, features);
            var rows = Make(index);
            var result = zeros(nodes, features, Type<T>());
            return () => result.zero_().index_add_(0, rows, values, 1);
        });

    /// <summary>Gather, then scatter, with the array of all messages that frameworks make; of a Mean the counts are made beforehand.</summary>
    public static Peer Aggregate<TReduction, T>(int[] source, int[] destination, T[] x, int nodes, int features, int threads, Func<T[]> ours)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(ElementSize<T>() * (source.Length + 2L * nodes) * features, threads, ours, () =>
        {
            var values = Make(x, nodes, features);
            var from = Make(source);
            var to = Make(destination);
            var result = zeros(nodes, features, Type<T>());
            var counts = to.bincount(null, nodes).clamp_min(1).to(Type<T>()).unsqueeze(1);
            return () =>
            {
                if (TReduction.IsExtremum)
                {
                    return Scripts.Value.invoke<Tensor>("aggregate_max", values, from, to, result);
                }

                using var messages = values.index_select(0, from);
                result.zero_().index_add_(0, to, messages, 1);
                return TReduction.IsMean ? result.div_(counts) : result;
            };
        });

    /// <summary>Softmax of edges over their segments: four operators and four arrays of edge values.</summary>
    public static Peer SegmentSoftmax<T>(int[] index, T[] v, int nodes, int features, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(ElementSize<T>() * (5L * index.Length + 4L * nodes) * features, threads, ours, () =>
        {
            var values = Make(v, index.Length, features);
            var rows = Make(index);
            var lowest = full([nodes, features], double.NegativeInfinity, Type<T>());
            var zero = zeros(nodes, features, Type<T>());
            return () => Scripts.Value.invoke<Tensor>("segment_softmax", values, rows, lowest, zero);
        });

    /// <summary>Both ends gathered, multiplied and summed over the features of each head.</summary>
    public static Peer EdgeDot<T>(int[] source, int[] destination, T[] x, T[] y, int nodes, int features, int heads, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(ElementSize<T>() * (3L * source.Length + 2L * nodes) * features, threads, ours, () =>
        {
            var left = Make(x, nodes, features);
            var right = Make(y, nodes, features);
            var from = Make(source);
            var to = Make(destination);
            return () => (left.index_select(0, from) * right.index_select(0, to)).view(source.Length, heads, features / heads).sum(-1);
        });

    /// <summary>Compressed rows of both ends of the edges: a stable sort, the counts summed up, and the other end in the order of the rows.</summary>
    public static Peer GraphBuild(int[] source, int[] destination, int nodes, int threads, Func<int[]> ours) =>
        Create(
            16L * sizeof(long) * source.Length,
            threads,
            () =>
            {
                var from = Make(source);
                var to = Make(destination);
                return () =>
                {
                    _ = Rows(from, to);
                    return Rows(to, from);
                };

                Tensor Rows(Tensor index, Tensor other)
                {
                    _ = index.bincount(null, nodes).cumsum(0);
                    return other.index_select(0, index.sort(0, false, true).Indices);
                }
            },
            result => result.data<long>().ToArray().Zip(ours()).Count(pair => pair.First != pair.Second));

    private static Tensor Make(int[] index) => tensor(Array.ConvertAll(index, node => (long)node));
#else
    /// <summary><c>output[e] = x[index[e]]</c>.</summary>
    public static Peer Gather<T>(int[] index, T[] x, int nodes, int features, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((index, x, nodes, features, threads, ours));

    /// <summary><c>output[index[e]] += v[e]</c>.</summary>
    public static Peer ScatterAdd<T>(int[] index, T[] v, int nodes, int features, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((index, v, nodes, features, threads, ours));

    /// <summary>Gather, then scatter, with the array of all messages that frameworks make; of a Mean the counts are made beforehand.</summary>
    public static Peer Aggregate<TReduction, T>(int[] source, int[] destination, T[] x, int nodes, int features, int threads, Func<T[]> ours)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((source, destination, x, nodes, features, threads, ours));

    /// <summary>Softmax of edges over their segments: four operators and four arrays of edge values.</summary>
    public static Peer SegmentSoftmax<T>(int[] index, T[] v, int nodes, int features, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((index, v, nodes, features, threads, ours));

    /// <summary>Both ends gathered, multiplied and summed over the features of each head.</summary>
    public static Peer EdgeDot<T>(int[] source, int[] destination, T[] x, T[] y, int nodes, int features, int heads, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((source, destination, x, y, nodes, features, heads, threads, ours));

    /// <summary>Compressed rows of both ends of the edges: a stable sort, the counts summed up, and the other end in the order of the rows.</summary>
    public static Peer GraphBuild(int[] source, int[] destination, int nodes, int threads, Func<int[]> ours) =>
        NotBuilt((source, destination, nodes, threads, ours));
#endif
}
