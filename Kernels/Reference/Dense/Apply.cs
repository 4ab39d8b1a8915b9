namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void ApplyCore<TFunction>(DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        Cells<T> input = x, y = output;
        for (long i = 0; i < y.Rows; i++)
        {
            for (long j = 0; j < y.Columns; j++)
            {
                y[i, j] = Scalars.Apply<TFunction>(input[i, j]);
            }
        }
    }

    protected override void ApplyBackwardCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dBias, DeviceTensor<T>? biasScale)
    {
        Cells<T> input = x, dy = dOutput, gradient = dx, db = dBias, scale = biasScale;
        for (long j = 0; j < dy.Columns; j++)
        {
            var sum = 0.0;
            for (long i = 0; i < dy.Rows; i++)
            {
                var delta = input.IsAbsent ? dy[i, j] : dy[i, j] * Scalars.Derivative<TActivation>(input[i, j]);
                sum += scale.IsAbsent ? delta : scale[i] * delta;
                if (!gradient.IsAbsent)
                {
                    gradient[i, j] = delta;
                }
            }

            if (!db.IsAbsent)
            {
                db[j] += sum;
            }
        }
    }
}
