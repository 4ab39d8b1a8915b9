namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Messages from variables to their factors (Kschischang, Frey and Loeliger 2001, equation 5), in the log domain, for variables with <c>C</c> states each:
    /// <c>outgoing[c, e] = Σ_{e' ≠ e: index[e'] = index[e]} incoming[c, e']</c>, normalised over <c>c</c> to log-sum-exp 0 (<see cref="MaxProduct"/>: maximum 0).
    /// The only message of a variable is uniform.
    /// </summary>
    /// <remarks>
    /// The message of the receiver is left out of the sum and never taken off it again, so that <c>-∞</c> (a probability of 0) needs no special case and nothing cancels.
    /// A message that is <c>-∞</c> in every state stays so. NaN and <c>+∞</c> give messages that are not finite.
    /// </remarks>
    /// <typeparam name="TSemiring"><see cref="SumProduct"/> or <see cref="MaxProduct"/>.</typeparam>
    /// <param name="index">The variable of every edge, <c>[E]</c>.</param>
    /// <param name="first">First of the variables whose messages are computed.</param>
    /// <param name="count">Their number; edges of other variables are left as they are.</param>
    /// <param name="incoming">Messages from the factors, <c>[C, E]</c>: one edge per column.</param>
    /// <param name="outgoing">Messages to the factors, <c>[C, E]</c>; overwritten.</param>
    public void VariableMessages<TSemiring>(DeviceEdgeIndex index, int first, int count, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing)
        where TSemiring : struct, ISemiring
    {
        Check.Index(Device, index);
        CheckVariables(index, first, count);
        CheckStates(incoming);
        Check.Matrix(Device, incoming, incoming.Rows, index.Edges);
        Check.Output(Device, outgoing, incoming.Rows, index.Edges);
        Check.Apart(outgoing, incoming);
        VariableMessagesCore<TSemiring>(index, first, count, incoming, outgoing);
    }

    /// <summary><see cref="VariableMessages{TSemiring}(DeviceEdgeIndex, int, int, DeviceMatrix{T}, DeviceMatrix{T})"/> for every variable.</summary>
    /// <typeparam name="TSemiring"><see cref="SumProduct"/> or <see cref="MaxProduct"/>.</typeparam>
    /// <param name="index">The variable of every edge, <c>[E]</c>.</param>
    /// <param name="incoming">Messages from the factors, <c>[C, E]</c>: one edge per column.</param>
    /// <param name="outgoing">Messages to the factors, <c>[C, E]</c>; overwritten.</param>
    public void VariableMessages<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing)
        where TSemiring : struct, ISemiring
    {
        Check.Index(Device, index);
        VariableMessages<TSemiring>(index, 0, index.Nodes, incoming, outgoing);
    }

    /// <summary>
    /// Beliefs of variables with <c>C</c> states each, in the log domain: <c>beliefs[c, i] = Σ_{e: index[e] = i} incoming[c, e]</c>, normalised over <c>c</c> to log-sum-exp 0
    /// (<see cref="MaxProduct"/>: maximum 0). A variable without edges is uniform; one whose every state is <c>-∞</c> stays so.
    /// </summary>
    /// <typeparam name="TSemiring"><see cref="SumProduct"/> or <see cref="MaxProduct"/>.</typeparam>
    /// <param name="index">The variable of every edge, <c>[E]</c>.</param>
    /// <param name="incoming">Messages from the factors, <c>[C, E]</c>: one edge per column.</param>
    /// <param name="beliefs">Log beliefs <c>[C, N]</c>: one variable per column; overwritten.</param>
    /// <param name="entropy">Receives, <c>[1, N]</c>, <c>-Σ_c b[c] log b[c]</c> with <c>b = exp(beliefs)</c> and <c>0 log 0 = 0</c>; may be absent.</param>
    public void VariableBeliefs<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> entropy = default)
        where TSemiring : struct, ISemiring
    {
        Check.Index(Device, index);
        CheckStates(incoming);
        Check.Matrix(Device, incoming, incoming.Rows, index.Edges);
        Check.Output(Device, beliefs, incoming.Rows, index.Nodes);
        Check.OptionalOutput(Device, entropy, 1, index.Nodes);
        Check.Apart(beliefs, incoming);
        VariableBeliefsCore<TSemiring>(index, incoming, beliefs, entropy);
    }

    /// <summary>Device side of <see cref="VariableMessages{TSemiring}(DeviceEdgeIndex, int, int, DeviceMatrix{T}, DeviceMatrix{T})"/>; arguments are checked.</summary>
    protected abstract void VariableMessagesCore<TSemiring>(DeviceEdgeIndex index, int first, int count, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing)
        where TSemiring : struct, ISemiring;

    /// <summary>Device side of <see cref="VariableBeliefs"/>; arguments are checked.</summary>
    protected abstract void VariableBeliefsCore<TSemiring>(DeviceEdgeIndex index, DeviceMatrix<T> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> entropy)
        where TSemiring : struct, ISemiring;

    private static void CheckVariables(DeviceEdgeIndex index, int first, int count)
    {
        if (first < 0 || first > index.Nodes)
        {
            throw new ArgumentOutOfRangeException(nameof(first), $"first: expected a variable in [0, {index.Nodes}], but got {first}.");
        }

        if (count < 0 || count > index.Nodes - first)
        {
            throw new ArgumentOutOfRangeException(nameof(count), $"count: expected a number in [0, {index.Nodes - first}], but got {count}.");
        }
    }

    private void CheckStates(DeviceMatrix<T> incoming)
    {
        Check.Present(Device, incoming);
        if (incoming.Rows < 1)
        {
            throw new ArgumentException("incoming: expected at least one row, one per state, but got none.", nameof(incoming));
        }
    }
}
