namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void BatchNormCore(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceTensor<T> runningMean, DeviceTensor<T> runningVariance, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon, double momentum)
    {
        Cells<T> input = x, w = weight, b = bias, movingMean = runningMean, movingVariance = runningVariance, y = output, m = mean, r = inverseDeviation;
        for (long j = 0; j < x.Columns; j++)
        {
            var (center, variance) = (movingMean[j], movingVariance[j]);
            if (mode == BatchNormMode.Train)
            {
                var sum = 0.0;
                for (long i = 0; i < x.Rows; i++)
                {
                    sum += input[i, j];
                }

                center = sum / x.Rows;
                var squares = 0.0;
                for (long i = 0; i < x.Rows; i++)
                {
                    squares += (input[i, j] - center) * (input[i, j] - center);
                }

                variance = squares / x.Rows;
                movingMean[j] = (1 - momentum) * movingMean[j] + momentum * center;
                movingVariance[j] = (1 - momentum) * movingVariance[j] + momentum * squares / (x.Rows - 1);
            }

            var scale = 1 / Math.Sqrt(variance + epsilon);
            for (long i = 0; i < x.Rows; i++)
            {
                y[i, j] = (input[i, j] - center) * scale * w[j] + b[j];
            }

            m[j] = center;
            r[j] = scale;
        }
    }

    protected override void BatchNormBackwardCore(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias)
    {
        Cells<T> input = x, w = weight, m = mean, r = inverseDeviation, dy = dOutput, gradient = dx, dw = dWeight, db = dBias;
        for (long j = 0; j < x.Columns; j++)
        {
            var (sum, sumNormalised) = (0.0, 0.0);
            for (long i = 0; i < x.Rows; i++)
            {
                sum += dy[i, j];
                sumNormalised += dy[i, j] * (input[i, j] - m[j]) * r[j];
            }

            for (long i = 0; i < x.Rows && !gradient.IsAbsent; i++)
            {
                var normalised = (input[i, j] - m[j]) * r[j];
                var centred = mode == BatchNormMode.Train ? dy[i, j] - sum / x.Rows - normalised * sumNormalised / x.Rows : dy[i, j];
                gradient[i, j] = r[j] * w[j] * centred;
            }

            if (!dw.IsAbsent)
            {
                dw[j] += sumNormalised;
            }

            if (!db.IsAbsent)
            {
                db[j] += sum;
            }
        }
    }
}
