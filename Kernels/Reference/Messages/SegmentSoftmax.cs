namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void SegmentSoftmaxCore(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output)
    {
        Cells<T> values = v, to = output;
        for (var node = 0; node < index.Nodes; node++)
        {
            for (long f = 0; f < to.Columns; f++)
            {
                var lse = LogSumExp(index.Host, values, node, f);
                for (var p = index.Host.Offsets[node]; p < index.Host.Offsets[node + 1]; p++)
                {
                    var edge = index.Host.Order[(int)p];
                    to[edge, f] = double.IsNegativeInfinity(lse) ? 0 : Math.Exp(values[edge, f] - lse);
                }
            }
        }
    }

    protected override void SegmentSoftmaxBackwardCore(DeviceEdgeIndex index, DeviceMatrix<T> output, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
    {
        Cells<T> p = output, dp = dOutput, to = dv;
        for (var node = 0; node < index.Nodes; node++)
        {
            for (long f = 0; f < to.Columns; f++)
            {
                var inner = 0.0;
                for (var position = index.Host.Offsets[node]; position < index.Host.Offsets[node + 1]; position++)
                {
                    var edge = index.Host.Order[(int)position];
                    inner += p[edge, f] * dp[edge, f];
                }

                for (var position = index.Host.Offsets[node]; position < index.Host.Offsets[node + 1]; position++)
                {
                    var edge = index.Host.Order[(int)position];
                    to[edge, f] = p[edge, f] * (dp[edge, f] - inner);
                }
            }
        }
    }
}
