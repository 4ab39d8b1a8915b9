namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void AggregateCombinedCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill)
    {
        Cells<T> w = weights;
        var inputs = message;
        Reduce<TReduction>(graph.Host.Destination, (e, f) => Weight(w, e, 0, 1) * Message<TActivation>(graph.Host, inputs, e, f), output, arg, fill);
    }

    protected override void AggregateCombinedBackwardCore<TActivation, TReduction>(DeviceGraph graph, in CombinedMessage<T> message, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, in CombinedMessage<T> gradient, DeviceTensor<T>? dWeights, bool accumulate)
    {
        Cells<T> w = weights, dw = dWeights, g = dOutput, a = message.EdgeFeatures, wa = message.EdgeWeight;
        Cells<T> dt = gradient.Target, ds = gradient.Source, da = gradient.EdgeFeatures, dwa = gradient.EdgeWeight;
        var features = g.Columns;
        var sumTarget = new double[graph.Nodes * features];
        var sumSource = new double[graph.Nodes * features];
        var sumWeight = new double[features * a.Columns];
        for (var e = 0; e < graph.Edges; e++)
        {
            var (source, destination) = (graph.Host.Source.Index[e], graph.Host.Destination.Index[e]);
            var inner = 0.0;
            var dFeatures = new double[a.Columns];
            for (long f = 0; f < features; f++)
            {
                var share = Share<TReduction>(graph.Host.Destination, arg, g, e, f);

                // An edge that lost the comparison has no gradient, even where its message is not finite.
                var lost = TReduction.IsExtremum && share == 0;
                inner += lost ? 0 : share * Message<TActivation>(graph.Host, message, e, f);
                var delta = lost ? 0 : Weight(w, e, 0, 1) * share * Scalars.Derivative<TActivation>(Preactivation(graph.Host, message, e, f));
                sumTarget[destination * features + f] += delta;
                sumSource[source * features + f] += delta;
                for (long k = 0; k < a.Columns; k++)
                {
                    sumWeight[f * a.Columns + k] += delta * a[e, k];
                    dFeatures[k] += delta * wa[f, k];
                }
            }

            if (!dw.IsAbsent)
            {
                dw[e] = inner;
            }

            for (long k = 0; k < a.Columns && !da.IsAbsent; k++)
            {
                da[e, k] = (accumulate ? da[e, k] : 0) + dFeatures[k];
            }
        }

        for (var i = 0; i < graph.Nodes; i++)
        {
            for (long f = 0; f < features; f++)
            {
                dt[i, f] = (accumulate ? dt[i, f] : 0) + sumTarget[i * features + f];
                ds[i, f] = (accumulate ? ds[i, f] : 0) + sumSource[i * features + f];
            }
        }

        for (long f = 0; f < features && !dwa.IsAbsent; f++)
        {
            for (long k = 0; k < a.Columns; k++)
            {
                dwa[f, k] += sumWeight[f * a.Columns + k];
            }
        }
    }

    /// <summary><c>t[dst[e]] + s[src[e]] + W_a a[e]</c> at one feature.</summary>
    private static double Preactivation(Graph graph, in CombinedMessage<T> message, int edge, long feature)
    {
        Cells<T> t = message.Target, s = message.Source, a = message.EdgeFeatures, wa = message.EdgeWeight;
        var sum = t[graph.Destination.Index[edge], feature] + s[graph.Source.Index[edge], feature];
        for (long k = 0; k < a.Columns; k++)
        {
            sum += wa[feature, k] * a[edge, k];
        }

        return sum;
    }

    private static double Message<TActivation>(Graph graph, in CombinedMessage<T> message, int edge, long feature)
        where TActivation : struct, IActivation => Scalars.Apply<TActivation>(Preactivation(graph, message, edge, feature));
}
