namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void FactorMessagesCore<TSemiring>(
        DeviceMatrix<T> tables,
        ReadOnlySpan<DeviceMatrix<T>> incoming,
        ReadOnlySpan<DeviceMatrix<T>> previous,
        ReadOnlySpan<DeviceMatrix<T>> outgoing,
        double damping,
        DeviceMatrix<T> change)
    {
        Cells<T> largest = change;
        for (long factor = 0; factor < incoming[0].Columns; factor++)
        {
            var farthest = 0.0;
            for (var k = 0; k < incoming.Length; k++)
            {
                if (outgoing[k].IsAbsent)
                {
                    continue;
                }

                Cells<T> old = previous[k], to = outgoing[k];
                var message = new double[incoming[k].Rows];
                for (var state = 0; state < message.Length; state++)
                {
                    message[state] = Marginalise<TSemiring>(EntriesWith(tables, incoming, factor, k, state));
                }

                Normalise<TSemiring>(message);
                if (damping != 0)
                {
                    for (var state = 0; state < message.Length; state++)
                    {
                        message[state] = damping * old[state, factor] + (1 - damping) * message[state];
                    }

                    Normalise<TSemiring>(message);
                }

                for (var state = 0; state < message.Length; state++)
                {
                    farthest = Math.Max(farthest, Distance(old[state, factor], message[state]));
                    to[state, factor] = message[state];
                }
            }

            if (!largest.IsAbsent)
            {
                largest[0, factor] = farthest;
            }
        }
    }

    protected override void FactorBeliefsCore<TSemiring>(DeviceMatrix<T> tables, ReadOnlySpan<DeviceMatrix<T>> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> energy)
    {
        Cells<T> table = tables, to = beliefs, energies = energy;
        for (long factor = 0; factor < incoming[0].Columns; factor++)
        {
            var belief = EntriesWith(tables, incoming, factor, -1, 0);
            Normalise<TSemiring>(belief);
            var sum = 0.0;
            for (var entry = 0; entry < belief.Length; entry++)
            {
                var probability = Math.Exp(belief[entry]);
                sum += probability == 0 ? 0 : probability * (table[entry, tables.Columns == 1 ? 0 : factor] - belief[entry]);
                to[entry, factor] = belief[entry];
            }

            if (!energies.IsAbsent)
            {
                energies[0, factor] = sum;
            }
        }
    }

    /// <summary>The entries of a factor's table in which variable <paramref name="slot"/> has a state, with the messages of all the other variables added; of all entries for slot -1.</summary>
    private static double[] EntriesWith(Cells<T> tables, ReadOnlySpan<DeviceMatrix<T>> incoming, long factor, int slot, int wanted)
    {
        var entries = new List<double>();
        for (long entry = 0; entry < tables.Rows; entry++)
        {
            var sum = tables[entry, tables.Columns == 1 ? 0 : factor];
            var rest = entry;
            var fits = true;
            for (var j = incoming.Length - 1; j >= 0; j--)
            {
                var state = rest % incoming[j].Rows;
                rest /= incoming[j].Rows;
                if (j == slot)
                {
                    fits = state == wanted;
                }
                else
                {
                    sum += ((Cells<T>)incoming[j])[state, factor];
                }
            }

            if (fits)
            {
                entries.Add(sum);
            }
        }

        return [.. entries];
    }

    /// <summary>The largest value, or the log of the summed exponentials.</summary>
    private static double Marginalise<TSemiring>(ReadOnlySpan<double> values)
        where TSemiring : struct, ISemiring
    {
        var maximum = double.NegativeInfinity;
        foreach (var value in values)
        {
            maximum = Math.Max(maximum, value);
        }

        if (TSemiring.IsMaximum || double.IsNegativeInfinity(maximum))
        {
            return maximum;
        }

        var sum = 0.0;
        foreach (var value in values)
        {
            sum += Math.Exp(value - maximum);
        }

        return maximum + Math.Log(sum);
    }

    private static void Normalise<TSemiring>(Span<double> values)
        where TSemiring : struct, ISemiring
    {
        var normaliser = Marginalise<TSemiring>(values);
        if (!double.IsNegativeInfinity(normaliser))
        {
            foreach (ref var value in values)
            {
                value -= normaliser;
            }
        }
    }

    private static double Distance(double from, double to) => from == to ? 0 : Math.Abs(to - from) / (double.IsInfinity(to) ? 1 : Math.Max(1, Math.Abs(to)));
}
