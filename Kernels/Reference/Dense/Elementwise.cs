namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override void FillCore(DeviceMatrix<T> output, T value)
    {
        Cells<T> y = output;
        for (long i = 0; i < y.Rows; i++)
        {
            for (long j = 0; j < y.Columns; j++)
            {
                y[i, j] = double.CreateTruncating(value);
            }
        }
    }

    protected override void CopyCore(DeviceMatrix<T> x, DeviceMatrix<T> output) => AddScaledCore(T.One, x, T.Zero, output);

    protected override void AddScaledCore(T alpha, DeviceMatrix<T> x, T beta, DeviceMatrix<T> output)
    {
        Cells<T> input = x, y = output;
        var (a, b) = (double.CreateTruncating(alpha), double.CreateTruncating(beta));
        for (long i = 0; i < y.Rows; i++)
        {
            for (long j = 0; j < y.Columns; j++)
            {
                y[i, j] = b == 0 ? a * input[i, j] : a * input[i, j] + b * y[i, j];
            }
        }
    }
}
