namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void IsingMessagesCore<TSemiring>(
        DeviceMatrix<T> field, DeviceMatrix<T> right, DeviceMatrix<T> down, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing, double damping, DeviceMatrix<T> change)
    {
        Cells<T> rightOf = right, below = down, old = incoming, to = outgoing, largest = change;
        long rows = field.Rows, columns = field.Columns;
        for (long r = 0; r < rows; r++)
        {
            var farthest = 0.0;
            for (long c = 0; c < columns; c++)
            {
                // The neighbour on side d sends; it leaves out what this spin sent it, which came from the side across.
                Deliver(0, c > 0 ? BoxPlus<TSemiring>(2 * rightOf[r, c - 1], Cavity(r, c - 1, 1)) : 0);
                Deliver(1, c < columns - 1 ? BoxPlus<TSemiring>(2 * rightOf[r, c], Cavity(r, c + 1, 0)) : 0);
                Deliver(2, r > 0 ? BoxPlus<TSemiring>(2 * below[r - 1, c], Cavity(r - 1, c, 3)) : 0);
                Deliver(3, r < rows - 1 ? BoxPlus<TSemiring>(2 * below[r, c], Cavity(r + 1, c, 2)) : 0);

                void Deliver(int side, double message)
                {
                    var before = old[side * rows + r, c];
                    var after = damping == 0 ? message : damping * before + (1 - damping) * message;
                    farthest = Math.Max(farthest, Distance(before, after));
                    to[side * rows + r, c] = after;
                }
            }

            if (!largest.IsAbsent)
            {
                largest[0, r] = farthest;
            }
        }

        double Cavity(long r, long c, int without)
        {
            Cells<T> theta = field;
            var sum = 2 * theta[r, c];
            for (var side = 0; side < 4; side++)
            {
                sum += side == without ? 0 : old[side * rows + r, c];
            }

            return sum;
        }
    }

    /// <summary>The log-odds that two signs given by their log-odds are equal: <c>2 atanh(tanh(a/2) tanh(b/2))</c>.</summary>
    private static double BoxPlus<TSemiring>(double a, double b)
        where TSemiring : struct, ISemiring
    {
        var extreme = Math.CopySign(1, a) * Math.CopySign(1, b) * Math.Min(Math.Abs(a), Math.Abs(b));
        if (TSemiring.IsMaximum)
        {
            return extreme;
        }

        // Of two infinities the difference of the sizes is 0, as the limit has it.
        double sum = Math.Abs(a) + Math.Abs(b), difference = Math.Abs(a) == Math.Abs(b) ? 0 : Math.Abs(Math.Abs(a) - Math.Abs(b));
        if (double.IsInfinity(extreme))
        {
            return extreme;
        }

        var correction = Math.Log((1 + Math.Exp(-sum)) / (1 + Math.Exp(-difference)));
        return Math.CopySign(1, extreme) * (Math.Abs(extreme) + correction);
    }
}
