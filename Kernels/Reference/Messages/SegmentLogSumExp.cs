namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void SegmentLogSumExpCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output)
    {
        Cells<T> values = v, to = output;
        for (var node = 0; node < index.Nodes; node++)
        {
            for (long f = 0; f < to.Columns; f++)
            {
                to[node, f] = LogSumExp(index.Host, values, node, f);
            }
        }
    }

    protected override void SegmentLogSumExpBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        Cells<T> values = v, lse = output, dLse = dOutput, to = dv;
        for (var e = 0; e < index.Edges; e++)
        {
            var node = index.Host.Index[e];
            for (long f = 0; f < to.Columns; f++)
            {
                to[e, f] = double.IsNegativeInfinity(lse[node, f]) ? 0 : dLse[node, f] * Math.Exp(values[e, f] - lse[node, f]);
            }
        }
    }

    private static double LogSumExp(EdgeIndex index, Cells<T> values, int node, long feature)
    {
        var maximum = double.NegativeInfinity;
        for (var p = index.Offsets[node]; p < index.Offsets[node + 1]; p++)
        {
            maximum = Math.Max(maximum, values[index.Order[(int)p], feature]);
        }

        // All -∞, a +∞, or a NaN (which Math.Max propagates): the maximum is the answer, and subtracting it would make a NaN of infinities.
        if (!double.IsFinite(maximum))
        {
            return maximum;
        }

        var sum = 0.0;
        for (var p = index.Offsets[node]; p < index.Offsets[node + 1]; p++)
        {
            sum += Math.Exp(values[index.Order[(int)p], feature] - maximum);
        }

        return maximum + Math.Log(sum);
    }
}
