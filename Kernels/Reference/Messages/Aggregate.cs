namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void AggregateCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill)
    {
        Cells<T> features = x, w = weights;
        var graphHost = graph.Host;
        Reduce<TReduction>(graphHost.Destination, (e, f) => Weight(w, e, f, features.Columns) * features[graphHost.Source.Index[e], f], output, arg, fill);
    }

    protected override void AggregateBackwardCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeights)
    {
        Cells<T> features = x, w = weights, dw = dWeights;
        var host = graph.Host;
        var width = dOutput.Columns;
        if (!dx.IsAbsent)
        {
            Reduce<Sum>(host.Source, Flow, dx, null, default);
        }

        // An edge that lost the comparison has no gradient, even where its weight is not finite.
        double Flow(int e, long f)
        {
            var share = Share<TReduction>(host.Destination, arg, dOutput, e, f);
            return TReduction.IsExtremum && share == 0 ? 0 : Weight(w, e, f, width) * share;
        }

        if (dWeights is not null)
        {
            for (var e = 0; e < graph.Edges; e++)
            {
                for (long h = 0; h < dw.Columns; h++)
                {
                    var sum = 0.0;
                    for (var f = h * (width / dw.Columns); f < (h + 1) * (width / dw.Columns); f++)
                    {
                        var share = Share<TReduction>(host.Destination, arg, dOutput, e, f);

                        // An edge that lost the comparison has no gradient, even where its feature is infinite.
                        sum += TReduction.IsExtremum && share == 0 ? 0 : share * features[host.Source.Index[e], f];
                    }

                    dw[e, h] = sum;
                }
            }
        }
    }

    /// <summary>Weight of an edge at a feature: 1, or the weight of the head that the feature belongs to.</summary>
    private static double Weight(Cells<T> weights, int edge, long feature, long features) =>
        weights.IsAbsent ? 1 : weights[edge, feature / (features / weights.Columns)];
}
