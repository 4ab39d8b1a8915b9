namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override void GumbelCore(DeviceMatrix<T> location, Noise<T> uniform, DeviceMatrix<T> output)
    {
        Cells<T> l = location, key = output;
        for (long i = 0; i < key.Rows; i++)
        {
            for (long j = 0; j < key.Columns; j++)
            {
                var gumbel = GumbelOf(Value(uniform, i, j, key.Columns, UniformAt));
                key[i, j] = l.IsAbsent ? gumbel : l[i, j] + gumbel;
            }
        }
    }
}
