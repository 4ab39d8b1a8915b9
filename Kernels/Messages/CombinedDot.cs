namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Inner product of every combined message with a row of its destination: <c>output[e] = ⟨f(t[dst[e]] + s[src[e]] + W_a a[e]), y[dst[e]]⟩</c>.
    /// With one row repeated (<see cref="DeviceMatrix{T}.Repeat"/>) it scores messages against an attention vector.
    /// Its gradient needs no kernel of its own: with <c>u = dOutput</c> as weights, <c>dt, ds, dW_a, da</c> come from
    /// <see cref="AggregateCombinedBackward"/> with <c>y</c> as the gradient of a Sum, and <c>dy</c> is the <see cref="AggregateCombined"/> Sum.
    /// </summary>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <param name="graph">Edges <c>src[e] → dst[e]</c>.</param>
    /// <param name="message">What the message is made of.</param>
    /// <param name="y">Rows <c>[N, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="output">Products <c>[E]</c>; overwritten.</param>
    public void CombinedDot<TActivation>(DeviceGraph graph, in CombinedMessage<T> message, DeviceMatrix<T> y, DeviceTensor<T> output)
        where TActivation : struct, IActivation
    {
        Check.Graph(Device, graph);
        CheckMessage(graph, message);
        Check.Matrix(Device, y, graph.Nodes, message.Target.Columns);
        Check.Vector(Device, output, graph.Edges);
        CheckApart(output, message);
        Check.Apart<T>(output, y);
        CombinedDotCore<TActivation>(graph, message, y, output);
    }

    /// <summary>Device side of <see cref="CombinedDot"/>; arguments are checked.</summary>
    protected abstract void CombinedDotCore<TActivation>(DeviceGraph graph, in CombinedMessage<T> message, DeviceMatrix<T> y, DeviceTensor<T> output)
        where TActivation : struct, IActivation;
}
