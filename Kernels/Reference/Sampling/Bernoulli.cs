namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override void BernoulliCore(DeviceMatrix<T> probability, Noise<T> uniform, DeviceMatrix<T> output)
    {
        Cells<T> p = probability, x = output;
        for (long i = 0; i < x.Rows; i++)
        {
            for (long j = 0; j < x.Columns; j++)
            {
                x[i, j] = double.IsNaN(p[i, j]) ? double.NaN : Value(uniform, i, j, x.Columns, UniformAt) < p[i, j] ? 1 : 0;
            }
        }
    }
}
