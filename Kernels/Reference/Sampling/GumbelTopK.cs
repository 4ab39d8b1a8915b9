namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override unsafe void GumbelTopKCore(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index, DeviceMatrix<T> key)
    {
        Cells<T> w = logWeights, chosenKey = key;
        var choices = index.Columns;
        for (long i = 0; i < w.Rows; i++)
        {
            var keys = new double[w.Columns];
            for (long j = 0; j < w.Columns; j++)
            {
                keys[j] = Key(w, uniform, i, j);
            }

            // A stable sort keeps equal keys in index order.
            var order = Enumerable.Range(0, keys.Length).Where(j => keys[j] > double.NegativeInfinity).OrderByDescending(j => keys[j]).Take((int)choices).ToArray();
            var isFault = order.Length < choices || keys.Any(double.IsNaN);
            for (var t = 0; t < choices; t++)
            {
                index.Pointer[i * choices + t] = isFault ? -1 : order[t];
                if (!chosenKey.IsAbsent)
                {
                    chosenKey[i, t] = isFault ? double.NaN : keys[order[t]];
                }
            }

            if (isFault)
            {
                ReportFault(i);
            }
        }
    }
}
