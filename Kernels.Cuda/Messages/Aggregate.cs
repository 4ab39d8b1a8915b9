using ILGPU;

namespace Native.Kernels.Cuda;

internal sealed partial class CudaMessageKernels<T>
{
    protected override void AggregateCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill) =>
        Reduce<NeighbourRow, TReduction>(
            graph.Destination,
            new NeighbourRow(((CudaGraph)graph).SourceByDestination, x.Gpu(), weights.Gpu()),
            output,
            arg,
            fill);

    protected override void AggregateBackwardCore<TReduction>(DeviceGraph graph, DeviceMatrix<T> x, DeviceTensor<T>? weights, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeights)
    {
        var share = new GpuShare<T, TReduction>(graph.Destination.Rows(), arg.Gpu(), dOutput.Gpu());
        if (!dx.IsAbsent)
        {
            Reduce<GradientRow<TReduction>, Sum>(
                graph.Source,
                new GradientRow<TReduction>(((CudaGraph)graph).DestinationBySource, share, weights.Gpu()),
                dx,
                null,
                default);
        }

        if (dWeights is not null)
        {
            device.Run(dWeights.Count, new WeightGradientAction<TReduction>(graph.Source.Rows(), x.Gpu(), share, dWeights.Gpu()));
        }
    }

    /// <summary><c>dw[e, h] = ⟨x[src[e]], share of the gradient⟩</c> over the features of a head.</summary>
    internal readonly struct WeightGradientAction<TReduction>(GpuRows sources, GpuMatrix<T> x, GpuShare<T, TReduction> share, GpuMatrix<T> dWeights) : IGpuAction
        where TReduction : struct, IReduction
    {
        private readonly GpuRows _sources = sources;
        private readonly GpuMatrix<T> _x = x;
        private readonly GpuShare<T, TReduction> _share = share;
        private readonly GpuMatrix<T> _dWeights = dWeights;

        public void Run(long item)
        {
            var edge = item / _dWeights.Columns;
            var head = item - edge * _dWeights.Columns;
            var width = _share.Columns / _dWeights.Columns;
            var (source, destination) = (_sources.Index[edge], _share.Rows.Index[edge]);
            var total = T.Zero;
            var end = (head + 1) * width;
            for (var feature = head * width; feature < end;)
            {
                var sum = T.Zero;
                var runEnd = IntrinsicMath.Min(feature + 256, end);
                for (; feature < runEnd; feature++)
                {
                    // An edge that lost the comparison has no gradient, even where its feature is infinite.
                    if (_share.Counts(destination, (int)edge, feature))
                    {
                        sum += _share.Value(destination, (int)edge, feature) * _x[source, feature];
                    }
                }

                total += sum;
            }

            _dWeights.Set(edge, head, total);
        }
    }

    /// <summary>Weight of an edge at a feature: 1, or the weight of the head that the feature belongs to.</summary>
    private static T Weight(GpuMatrix<T> weights, int edge, long feature, long features) =>
        weights.IsAbsent ? T.One : weights[edge, feature / (features / weights.Columns)];

    /// <summary>The weighted row of the node at the other end: <c>w[e, h(f)] · x[neighbour, f]</c>.</summary>
    internal readonly struct NeighbourRow(ArrayView<int> neighbour, GpuMatrix<T> x, GpuMatrix<T> weights) : IGpuMessage<T>
    {
        private readonly ArrayView<int> _neighbour = neighbour;
        private readonly GpuMatrix<T> _x = x;
        private readonly GpuMatrix<T> _weights = weights;

        public T Value(long position, int edge, long feature) => Weight(_weights, edge, feature, _x.Columns) * _x[_neighbour[position], feature];
    }

    /// <summary>The weighted share of the gradient at the destination of an edge.</summary>
    internal readonly struct GradientRow<TReduction>(ArrayView<int> destination, GpuShare<T, TReduction> share, GpuMatrix<T> weights) : IGpuMessage<T>
        where TReduction : struct, IReduction
    {
        private readonly ArrayView<int> _destination = destination;
        private readonly GpuShare<T, TReduction> _share = share;
        private readonly GpuMatrix<T> _weights = weights;

        public T Value(long position, int edge, long feature)
        {
            // An edge that lost the comparison has no gradient, even where its weight is infinite.
            var node = _destination[position];
            return _share.Counts(node, edge, feature) ? Weight(_weights, edge, feature, _share.Columns) * _share.Value(node, edge, feature) : T.Zero;
        }
    }
}
