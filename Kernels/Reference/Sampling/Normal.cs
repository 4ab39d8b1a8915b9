namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override void NormalCore(PhiloxPosition position, DeviceMatrix<T> output)
    {
        Cells<T> z = output;
        for (long i = 0; i < z.Rows; i++)
        {
            for (long j = 0; j < z.Columns; j++)
            {
                z[i, j] = NormalAt(position.Advance(i * z.Columns + j));
            }
        }
    }
}
