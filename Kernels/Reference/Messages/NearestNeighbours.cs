namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override unsafe void NearestNeighboursCore(DeviceMatrix<T> x, DeviceTensor<int> output)
    {
        Cells<T> features = x;
        var candidates = new (double Distance, int Row)[features.Rows - 1];
        for (var i = 0; i < features.Rows; i++)
        {
            var count = 0;
            for (var j = 0; j < features.Rows; j++)
            {
                if (j != i)
                {
                    candidates[count++] = (SquaredDistance(features, i, j), j);
                }
            }

            Array.Sort(candidates);
            for (var r = 0; r < output.Columns; r++)
            {
                output.Pointer[i * output.Columns + r] = candidates[r].Row;
            }

            if (!double.IsFinite(SquaredDistance(features, i, i)))
            {
                var status = Device.Status.Pointer;
                *status = Math.Min(*status, i);
            }
        }
    }

    /// <summary><c>‖x_i - x_j‖²</c>; not a number when either row is not finite (<c>∞ - ∞</c> included).</summary>
    private static double SquaredDistance(Cells<T> features, int i, int j)
    {
        var sum = 0.0;
        for (long f = 0; f < features.Columns; f++)
        {
            var difference = features[i, f] - features[j, f];
            sum += difference * difference;
        }

        return sum;
    }
}
