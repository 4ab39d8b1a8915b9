namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override void UniformCore(PhiloxPosition position, DeviceMatrix<T> output)
    {
        Cells<T> u = output;
        for (long i = 0; i < u.Rows; i++)
        {
            for (long j = 0; j < u.Columns; j++)
            {
                u[i, j] = UniformAt(position.Advance(i * u.Columns + j));
            }
        }
    }
}
