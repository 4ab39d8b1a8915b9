using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The message of an edge as a function of its two ends and its own features: <c>ρ_e = f(t[dst[e]] + s[src[e]] + W_a a[e])</c>, on memory that the caller owns.
/// The same four matrices, as outputs, hold the gradients. See <see cref="CombinedMessage{T}"/>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct CombinedMessageView<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A message, or the gradients of one.</summary>
    /// <param name="target"><c>t [N, F]</c>.</param>
    /// <param name="source"><c>s [N, F]</c>.</param>
    /// <param name="edgeFeatures"><c>a [E, A]</c>; absent together with <paramref name="edgeWeight"/>.</param>
    /// <param name="edgeWeight"><c>W_a [F, A]</c>.</param>
    public CombinedMessageView(MatrixView<T> target, MatrixView<T> source, MatrixView<T> edgeFeatures = default, MatrixView<T> edgeWeight = default)
    {
        Target = target;
        Source = source;
        EdgeFeatures = edgeFeatures;
        EdgeWeight = edgeWeight;
    }

    /// <summary><c>t [N, F]</c>, read at the destination of an edge.</summary>
    public MatrixView<T> Target { get; }

    /// <summary><c>s [N, F]</c>, read at the source of an edge.</summary>
    public MatrixView<T> Source { get; }

    /// <summary><c>a [E, A]</c>, or absent.</summary>
    public MatrixView<T> EdgeFeatures { get; }

    /// <summary><c>W_a [F, A]</c>, or absent.</summary>
    public MatrixView<T> EdgeWeight { get; }

    internal void Check(Graph graph)
    {
        var features = Target.Columns;
        ViewShape.Matrix<T>(Target, graph.Nodes, features, "message.Target");
        ViewShape.Matrix<T>(Source, graph.Nodes, features, "message.Source");
        if (!EdgeFeatures.IsAbsent || !EdgeWeight.IsAbsent)
        {
            ViewShape.Matrix<T>(EdgeFeatures, graph.Edges, EdgeFeatures.Columns, "message.EdgeFeatures");
            ViewShape.Matrix<T>(EdgeWeight, features, EdgeFeatures.Columns, "message.EdgeWeight");
        }
    }
}
