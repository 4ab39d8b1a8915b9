namespace Native.Kernels.Reference;

internal sealed partial class ReferenceDenseKernels<T>
{
    protected override unsafe void CrossEntropyCore(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, DeviceTensor<T> loss)
    {
        Cells<T> l = logits, total = loss;
        var sum = 0.0;
        for (long i = 0; i < l.Rows; i++)
        {
            if (ignore is not null && ignore.Pointer[i] != 0)
            {
                continue;
            }

            var actual = label.Pointer[i];
            if ((uint)actual < l.Columns)
            {
                sum += LogSumExp(l, i) - l[i, actual];
                continue;
            }

            sum = double.NaN;
            var status = Device.Status.Pointer;
            *status = Math.Min(*status, i);
        }

        total[0] = sum;
    }

    protected override unsafe void CrossEntropyBackwardCore(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, T scale, DeviceMatrix<T> dLogits)
    {
        Cells<T> l = logits, gradient = dLogits;
        var c = double.CreateTruncating(scale);
        for (long i = 0; i < l.Rows; i++)
        {
            var ignored = ignore is not null && ignore.Pointer[i] != 0;
            var actual = ignored ? -1 : label.Pointer[i];
            var lse = LogSumExp(l, i);
            for (long j = 0; j < l.Columns; j++)
            {
                gradient[i, j] = ignored ? 0
                    : (uint)actual >= l.Columns ? double.NaN
                    : c * (Math.Exp(l[i, j] - lse) - (j == actual ? 1 : 0));
            }
        }
    }
}
