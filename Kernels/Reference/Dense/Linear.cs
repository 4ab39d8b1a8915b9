namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void LinearCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> weight, DeviceTensor<T>? bias, DeviceMatrix<T> output, DeviceMatrix<T> preactivation, DeviceTensor<T>? biasScale, bool accumulate)
    {
        Cells<T> input = x, w = weight, b = bias, scale = biasScale, y = output, z = preactivation;
        for (long i = 0; i < y.Rows; i++)
        {
            for (long j = 0; j < y.Columns; j++)
            {
                var sum = accumulate ? y[i, j] : 0;
                for (long k = 0; k < input.Columns; k++)
                {
                    sum += input[i, k] * w[j, k];
                }

                if (!b.IsAbsent)
                {
                    sum += (scale.IsAbsent ? 1 : scale[i]) * b[j];
                }

                y[i, j] = Scalars.Apply<TActivation>(sum);
                if (!z.IsAbsent)
                {
                    z[i, j] = sum;
                }
            }
        }
    }
}
