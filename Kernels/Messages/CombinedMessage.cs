using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// The message of an edge as a function of its two ends and its own features, never stored per edge:
/// <c>ρ_e = f(t[dst[e]] + s[src[e]] + W_a a[e])</c> (the first layer of the message network of Gilmer et al. 2017, split by input block).
/// The same four matrices, as outputs, hold the gradients.
/// </summary>
/// <param name="Target"><c>t [N, F]</c>, read at the destination of an edge.</param>
/// <param name="Source"><c>s [N, F]</c>, read at the source of an edge.</param>
/// <param name="EdgeFeatures"><c>a [E, A]</c>, <c>A</c> narrow; absent together with <paramref name="EdgeWeight"/>.</param>
/// <param name="EdgeWeight"><c>W_a [F, A]</c>; may be a range of columns of a wider weight.</param>
/// <typeparam name="T">float or double.</typeparam>
public readonly record struct CombinedMessage<T>(DeviceMatrix<T> Target, DeviceMatrix<T> Source, DeviceMatrix<T> EdgeFeatures = default, DeviceMatrix<T> EdgeWeight = default)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>True when the message has edge features.</summary>
    public bool HasEdgeFeatures => !EdgeFeatures.IsAbsent;
}

public abstract partial class MessageKernels<T>
{
    private void CheckMessage(DeviceGraph graph, in CombinedMessage<T> message)
    {
        var features = message.Target.Columns;
        Check.Matrix(Device, message.Target, graph.Nodes, features);
        Check.Matrix(Device, message.Source, graph.Nodes, features);
        if (message.HasEdgeFeatures || !message.EdgeWeight.IsAbsent)
        {
            Check.Matrix(Device, message.EdgeFeatures, graph.Edges, message.EdgeFeatures.Columns);
            Check.Matrix(Device, message.EdgeWeight, features, message.EdgeFeatures.Columns);
        }
    }

    private static void CheckApart(DeviceMatrix<T> output, in CombinedMessage<T> message)
    {
        Check.Apart(output, message.Target);
        Check.Apart(output, message.Source);
        Check.Apart(output, message.EdgeFeatures);
        Check.Apart(output, message.EdgeWeight);
    }
}
