namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>Most variables that one factor of <see cref="FactorMessages"/> may have.</summary>
    public const int MaximumFactorVariables = 32;

    private static readonly string[] IncomingNames = NamesOf("incoming");
    private static readonly string[] PreviousNames = NamesOf("previous");
    private static readonly string[] OutgoingNames = NamesOf("outgoing");

    /// <summary>
    /// Messages from factors to their variables (Kschischang, Frey and Loeliger 2001, equation 6) for <c>F</c> factors with tables of one shape <c>[C_1, …, C_n]</c>, in the log domain:
    /// <c>new_k[c] = log Σ_{x: x_k = c} exp(table[x] + Σ_{j≠k} incoming_j[x_j])</c> (<see cref="MaxProduct"/>: the maximum in place of <c>log Σ exp</c>), normalised over <c>c</c> to
    /// log-sum-exp 0 (<see cref="MaxProduct"/>: maximum 0). With damping <c>d</c>, <c>outgoing = d · previous + (1-d) · new</c>, normalised again.
    /// </summary>
    /// <remarks>
    /// All numbers are logarithms in <c>[-∞, ∞)</c>; <c>-∞</c> is a probability of 0, and no two infinities are ever subtracted: the sum leaves <c>incoming_k</c> out instead of taking it off again.
    /// A message that is <c>-∞</c> in every state stays so. NaN and <c>+∞</c> give messages that are not finite.
    /// Every matrix holds one factor per column, so that the messages of neighbouring factors fill a register whatever the number of states.
    /// </remarks>
    /// <typeparam name="TSemiring"><see cref="SumProduct"/> or <see cref="MaxProduct"/>.</typeparam>
    /// <param name="tables">Log tables <c>[C_1 ⋯ C_n, F]</c>: the entries of a table row-major, its last variable fastest; or <c>[C_1 ⋯ C_n, 1]</c>, one table that all factors share.</param>
    /// <param name="incoming">Messages from each of the <c>n</c> variables to the factor, <c>[C_k, F]</c>.</param>
    /// <param name="previous">The messages that damping starts from and that changes are measured against, <c>[C_k, F]</c>; may be the same memory as <paramref name="outgoing"/>.</param>
    /// <param name="outgoing">Messages to each of the variables, <c>[C_k, F]</c>; overwritten. An absent matrix is a message that is not wanted.</param>
    /// <param name="damping">The weight <c>d</c> of the previous message, in [0, 1). Where it is 0, a previous <c>-∞</c> has no effect (<c>0 · (-∞) = 0</c>).</param>
    /// <param name="change">Receives, <c>[1, F]</c>, each factor's largest <c>|outgoing - previous| / max(1, |outgoing|)</c> (0 between equal infinities); may be absent.</param>
    public void FactorMessages<TSemiring>(
        DeviceMatrix<T> tables,
        ReadOnlySpan<DeviceMatrix<T>> incoming,
        ReadOnlySpan<DeviceMatrix<T>> previous,
        ReadOnlySpan<DeviceMatrix<T>> outgoing,
        double damping = 0,
        DeviceMatrix<T> change = default)
        where TSemiring : struct, ISemiring
    {
        var factors = CheckFactors(tables, incoming);
        CheckCount(previous.Length, incoming.Length, nameof(previous));
        CheckCount(outgoing.Length, incoming.Length, nameof(outgoing));
        if (damping is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(damping), $"damping: expected a number in [0, 1), but got {damping}.");
        }

        for (var k = 0; k < incoming.Length; k++)
        {
            if (outgoing[k].IsAbsent)
            {
                continue;
            }

            Check.Matrix(Device, previous[k], incoming[k].Rows, factors, PreviousNames[k]);
            Check.Output(Device, outgoing[k], incoming[k].Rows, factors, OutgoingNames[k]);
            Check.Apart(outgoing[k], tables, OutgoingNames[k]);
            for (var j = 0; j < incoming.Length; j++)
            {
                Check.Apart(outgoing[k], incoming[j], OutgoingNames[k], IncomingNames[j]);
            }
        }

        Check.OptionalOutput(Device, change, 1, factors);
        FactorMessagesCore<TSemiring>(tables, incoming, previous, outgoing, damping, change);
    }

    /// <summary>
    /// Beliefs of <c>F</c> factors with tables of one shape, in the log domain: <c>beliefs[x] = table[x] + Σ_k incoming_k[x_k]</c>, normalised over <c>x</c> to log-sum-exp 0
    /// (<see cref="MaxProduct"/>: maximum 0), and their terms of the Bethe free energy (Yedidia, Freeman and Weiss 2005, equation 37).
    /// </summary>
    /// <typeparam name="TSemiring"><see cref="SumProduct"/> or <see cref="MaxProduct"/>.</typeparam>
    /// <param name="tables">Log tables, as in <see cref="FactorMessages"/>.</param>
    /// <param name="incoming">Messages from each of the variables to the factor, <c>[C_k, F]</c>.</param>
    /// <param name="beliefs">Log beliefs <c>[C_1 ⋯ C_n, F]</c>; overwritten. A factor of which every entry is <c>-∞</c> stays so.</param>
    /// <param name="energy">Receives, <c>[1, F]</c>, <c>Σ_x b(x) (table[x] - log b(x))</c> with <c>b = exp(beliefs)</c> and <c>0 · (-∞) = 0</c>; may be absent.</param>
    public void FactorBeliefs<TSemiring>(DeviceMatrix<T> tables, ReadOnlySpan<DeviceMatrix<T>> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> energy = default)
        where TSemiring : struct, ISemiring
    {
        var factors = CheckFactors(tables, incoming);
        Check.Output(Device, beliefs, tables.Rows, factors);
        Check.OptionalOutput(Device, energy, 1, factors);
        Check.Apart(beliefs, tables);
        for (var k = 0; k < incoming.Length; k++)
        {
            Check.Apart(beliefs, incoming[k], nameof(beliefs), IncomingNames[k]);
        }

        FactorBeliefsCore<TSemiring>(tables, incoming, beliefs, energy);
    }

    /// <summary>Device side of <see cref="FactorMessages"/>; arguments are checked.</summary>
    protected abstract void FactorMessagesCore<TSemiring>(
        DeviceMatrix<T> tables,
        ReadOnlySpan<DeviceMatrix<T>> incoming,
        ReadOnlySpan<DeviceMatrix<T>> previous,
        ReadOnlySpan<DeviceMatrix<T>> outgoing,
        double damping,
        DeviceMatrix<T> change)
        where TSemiring : struct, ISemiring;

    /// <summary>Device side of <see cref="FactorBeliefs"/>; arguments are checked.</summary>
    protected abstract void FactorBeliefsCore<TSemiring>(DeviceMatrix<T> tables, ReadOnlySpan<DeviceMatrix<T>> incoming, DeviceMatrix<T> beliefs, DeviceMatrix<T> energy)
        where TSemiring : struct, ISemiring;

    private static string[] NamesOf(string argument)
    {
        var names = new string[MaximumFactorVariables];
        for (var k = 0; k < names.Length; k++)
        {
            names[k] = $"{argument}[{k}]";
        }

        return names;
    }

    private static void CheckCount(int given, int expected, string name)
    {
        if (given != expected)
        {
            throw new ArgumentException($"{name}: expected {expected} matrices, one per variable, but got {given}.", name);
        }
    }

    private long CheckFactors(DeviceMatrix<T> tables, ReadOnlySpan<DeviceMatrix<T>> incoming)
    {
        if (incoming.Length is < 1 or > MaximumFactorVariables)
        {
            throw new ArgumentException($"incoming: expected 1 to {MaximumFactorVariables} matrices, one per variable, but got {incoming.Length}.", nameof(incoming));
        }

        var factors = incoming[0].Columns;
        long entries = 1;
        for (var k = 0; k < incoming.Length; k++)
        {
            Check.Present(Device, incoming[k], IncomingNames[k]);
            if (incoming[k].Rows < 1)
            {
                throw new ArgumentException($"{IncomingNames[k]}: expected at least one row, one per state, but got none.", IncomingNames[k]);
            }

            Check.Matrix(Device, incoming[k], incoming[k].Rows, factors, IncomingNames[k]);
            entries = checked(entries * incoming[k].Rows);
        }

        Check.Present(Device, tables);
        if (tables.Rows != entries || (tables.Columns != factors && tables.Columns != 1))
        {
            throw new ArgumentException($"tables: expected shape [{entries}, {factors}] or [{entries}, 1], but got [{tables.Rows}, {tables.Columns}].", nameof(tables));
        }

        return factors;
    }
}
