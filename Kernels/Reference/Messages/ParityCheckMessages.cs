namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>
{
    protected override void ParityCheckMessagesCore<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing)
    {
        Cells<T> from = incoming, to = outgoing;
        for (var check = 0; check < index.Nodes; check++)
        {
            for (var p = index.Host.Offsets[check]; p < index.Host.Offsets[check + 1]; p++)
            {
                var edge = index.Host.Order[(int)p];
                for (long word = 0; word < to.Columns; word++)
                {
                    // +∞ changes nothing when combined: a sign that is certainly positive.
                    var message = double.PositiveInfinity;
                    for (var q = index.Host.Offsets[check]; q < index.Host.Offsets[check + 1]; q++)
                    {
                        var other = index.Host.Order[(int)q];
                        message = other == edge ? message : BoxPlus<TSemiring>(message, from[other, word]);
                    }

                    to[edge, word] = message;
                }
            }
        }
    }
}
