namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void LayerNormCore(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon)
    {
        Cells<T> input = x, w = weight, b = bias, y = output, m = mean, r = inverseDeviation;
        for (long i = 0; i < y.Rows; i++)
        {
            var sum = 0.0;
            for (long j = 0; j < y.Columns; j++)
            {
                sum += input[i, j];
            }

            var center = sum / y.Columns;
            var squares = 0.0;
            for (long j = 0; j < y.Columns; j++)
            {
                squares += (input[i, j] - center) * (input[i, j] - center);
            }

            var scale = 1 / Math.Sqrt(squares / y.Columns + epsilon);
            for (long j = 0; j < y.Columns; j++)
            {
                y[i, j] = (input[i, j] - center) * scale * w[j] + b[j];
            }

            m[i] = center;
            r[i] = scale;
        }
    }

    protected override void LayerNormBackwardCore(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias)
    {
        Cells<T> input = x, w = weight, m = mean, r = inverseDeviation, dy = dOutput, gradient = dx, dw = dWeight, db = dBias;
        var (sumWeight, sumBias) = (new double[x.Columns], new double[x.Columns]);
        for (long i = 0; i < x.Rows; i++)
        {
            var (meanH, meanHN) = (0.0, 0.0);
            for (long j = 0; j < x.Columns; j++)
            {
                var normalised = (input[i, j] - m[i]) * r[i];
                meanH += dy[i, j] * w[j] / x.Columns;
                meanHN += dy[i, j] * w[j] * normalised / x.Columns;
                sumWeight[j] += dy[i, j] * normalised;
                sumBias[j] += dy[i, j];
            }

            for (long j = 0; j < x.Columns && !gradient.IsAbsent; j++)
            {
                var normalised = (input[i, j] - m[i]) * r[i];
                gradient[i, j] = r[i] * (dy[i, j] * w[j] - meanH - normalised * meanHN);
            }
        }

        Accumulate(dw, sumWeight);
        Accumulate(db, sumBias);
    }

    private static void Accumulate(Cells<T> gradient, double[] sum)
    {
        for (var j = 0; j < sum.Length && !gradient.IsAbsent; j++)
        {
            gradient[j] += sum[j];
        }
    }
}
