namespace Native.Kernels.Reference;

internal sealed partial class ReferenceUpdateKernels<T>
{
    protected override unsafe void DampedUpdateCore(DeviceMatrix<T> parameter, DeviceMatrix<T> proposal, double damping, DeviceTensor<T> maxChange)
    {
        Cells<T> eta = parameter, proposed = proposal, change = maxChange;
        var largest = 0.0;
        for (long i = 0; i < eta.Rows; i++)
        {
            for (long j = 0; j < eta.Columns; j++)
            {
                var (old, target) = (eta[i, j], proposed[i, j]);
                if (old == target)
                {
                    continue;
                }

                eta[i, j] = damping == 0 && !double.IsNaN(old) ? target : damping * old + (1 - damping) * target;
                if (double.IsNaN(eta[i, j]))
                {
                    var status = Device.Status.Pointer;
                    *status = Math.Min(*status, i * eta.Columns + j);
                }

                // Math.Max hands a NaN on. An infinity that stays is no change.
                largest = Math.Max(largest, eta[i, j] == old ? 0 : Math.Abs(eta[i, j] - old));
            }
        }

        change[0] = largest;
    }
}
