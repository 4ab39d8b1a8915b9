namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override unsafe void CategoricalCore(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index)
    {
        Cells<T> w = logWeights;
        for (long i = 0; i < w.Rows; i++)
        {
            var chosen = Largest(w, uniform, i);
            index.Pointer[i] = chosen;
            if (chosen < 0)
            {
                ReportFault(i);
            }
        }
    }

    /// <summary>The first of the largest keys of a row; -1 where no key is above <c>-∞</c> or one is NaN.</summary>
    private static int Largest(Cells<T> logWeights, Noise<T> uniform, long row)
    {
        var largest = double.NegativeInfinity;
        var index = -1;
        for (var j = 0; j < logWeights.Columns; j++)
        {
            var key = Key(logWeights, uniform, row, j);
            if (double.IsNaN(key))
            {
                return -1;
            }

            if (key > largest)
            {
                (largest, index) = (key, j);
            }
        }

        return index;
    }
}
