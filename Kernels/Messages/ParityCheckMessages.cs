namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Messages from parity checks to their bits (Gallager 1963, the tanh rule), for <c>W</c> code words at once, as log-odds <c>log m(0) - log m(1)</c>:
    /// <c>outgoing[e] = 2 atanh Π_{e' ≠ e: index[e'] = index[e]} tanh(incoming[e'] / 2)</c>. The fast form of <see cref="FactorMessages"/> for tables that forbid odd sums.
    /// </summary>
    /// <remarks>
    /// <see cref="MaxProduct"/> gives the min-sum rule: the product of the signs and the smallest size. Sizes beyond the point where <c>tanh</c> is 1 keep their differences:
    /// no product of numbers near 1 is formed. The error is a few units in the last place of <c>max(1, |outgoing|)</c>. A check of a single bit sends <c>+∞</c>, since the bit must be 0.
    /// Infinities are certain bits. NaN gives NaN in every message that depends on it.
    /// </remarks>
    /// <typeparam name="TSemiring"><see cref="SumProduct"/> or <see cref="MaxProduct"/>.</typeparam>
    /// <param name="index">The check of every edge, <c>[E]</c>.</param>
    /// <param name="incoming">Messages from the bits, <c>[E, W]</c>: one code word per column.</param>
    /// <param name="outgoing">Messages to the bits, <c>[E, W]</c>; overwritten.</param>
    public void ParityCheckMessages<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing)
        where TSemiring : struct, ISemiring
    {
        Check.Index(Device, index);
        Check.Matrix(Device, incoming, index.Edges, outgoing.Columns);
        Check.Output(Device, outgoing, index.Edges, outgoing.Columns);
        Check.Apart(outgoing, incoming);
        ParityCheckMessagesCore<TSemiring>(index, incoming, outgoing);
    }

    /// <summary>Device side of <see cref="ParityCheckMessages"/>; arguments are checked.</summary>
    protected abstract void ParityCheckMessagesCore<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing)
        where TSemiring : struct, ISemiring;
}
