namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void VariableMessagesCore<TSemiring>(DeviceEdgeIndex index, int first, int count, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing)
    {
        Cells<T> to = outgoing;
        for (var variable = first; variable < first + count; variable++)
        {
            for (var p = index.Host.Offsets[variable]; p < index.Host.Offsets[variable + 1]; p++)
            {
                var edge = index.Host.Order[(int)p];
                var message = SumWithout(index.Host, incoming, variable, edge);
                Normalise<TSemiring>(message);
                for (var state = 0; state < message.Length; state++)
                {
                    to[state, edge] = message[state];
                }
            }
        }
    }

    protected override void VariableBeliefsCore<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> entropy)
    {
        Cells<T> to = beliefs, entropies = entropy;
        for (var variable = 0; variable < index.Nodes; variable++)
        {
            var belief = SumWithout(index.Host, incoming, variable, -1);
            Normalise<TSemiring>(belief);
            var sum = 0.0;
            for (var state = 0; state < belief.Length; state++)
            {
                var probability = Math.Exp(belief[state]);
                sum -= probability == 0 ? 0 : probability * belief[state];
                to[state, variable] = belief[state];
            }

            if (!entropies.IsAbsent)
            {
                entropies[0, variable] = sum;
            }
        }
    }

    /// <summary>The messages that enter a variable, added up state by state, without the one of an edge.</summary>
    private static double[] SumWithout(EdgeIndex index, Cells<T> incoming, int variable, int without)
    {
        var sums = new double[incoming.Rows];
        for (var p = index.Offsets[variable]; p < index.Offsets[variable + 1]; p++)
        {
            var edge = index.Order[(int)p];
            for (var state = 0; edge != without && state < sums.Length; state++)
            {
                sums[state] += incoming[state, edge];
            }
        }

        return sums;
    }
}
