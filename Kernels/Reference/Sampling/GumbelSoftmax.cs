namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override unsafe void GumbelSoftmaxCore(DeviceMatrix<T> logits, Noise<T> uniform, T temperature, DeviceMatrix<T> output, DeviceTensor<int>? index)
    {
        Cells<T> l = logits, p = output;
        var tau = double.CreateTruncating(temperature);
        for (long i = 0; i < l.Rows; i++)
        {
            if (index is not null)
            {
                index.Pointer[i] = Largest(l, uniform, i);
            }

            var scaled = new double[l.Columns];
            for (long j = 0; j < l.Columns; j++)
            {
                scaled[j] = Key(l, uniform, i, j) / tau;
            }

            // Max of LINQ skips NaN; it comes back in the exponential.
            var shift = scaled.Length == 0 ? 0 : Math.Max(scaled.Max(), double.MinValue);
            var sum = scaled.Sum(x => Math.Exp(x - shift));
            for (long j = 0; j < l.Columns; j++)
            {
                p[i, j] = sum == 0 ? 0 : Math.Exp(scaled[j] - shift) / sum;
            }
        }
    }

    protected override void GumbelSoftmaxBackwardCore(DeviceMatrix<T> output, T temperature, DeviceMatrix<T> dOutput, DeviceMatrix<T> dLogits)
    {
        Cells<T> p = output, g = dOutput, dl = dLogits;
        var tau = double.CreateTruncating(temperature);
        for (long i = 0; i < p.Rows; i++)
        {
            var product = 0.0;
            for (long j = 0; j < p.Columns; j++)
            {
                product += p[i, j] * g[i, j];
            }

            for (long j = 0; j < p.Columns; j++)
            {
                dl[i, j] = p[i, j] * (g[i, j] - product) / tau;
            }
        }
    }
}
