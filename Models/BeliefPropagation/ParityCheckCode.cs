namespace Native.Models;

/// <summary>A binary linear code by its parity checks: the words in which the bits of every check have an even sum. Immutable; validated when built.</summary>
public sealed class ParityCheckCode
{
    // Exchanges of two bits tried for a block of checks, per bit, while it closes cycles of four edges.
    private const int ExchangesPerBit = 1000;

    private readonly int[] _checkOffsets;
    private readonly int[] _checkBits;

    /// <summary>Builds a code from arrays.</summary>
    /// <param name="bits">Number of bits <c>N</c>, ≥ 1.</param>
    /// <param name="checkOffsets"><c>[M + 1]</c>: check <c>m</c> has the bits <c>checkBits[checkOffsets[m] … checkOffsets[m + 1])</c>, two or more.</param>
    /// <param name="checkBits">The bits of all checks, one check after another; each at most once in a check.</param>
    /// <exception cref="ArgumentException">Something does not fit; the message names the argument and the check.</exception>
    public ParityCheckCode(int bits, ReadOnlySpan<int> checkOffsets, ReadOnlySpan<int> checkBits)
    {
        Bits = Require.Positive(bits);
        if (checkOffsets.Length == 0 || checkOffsets[0] != 0 || checkOffsets[^1] != checkBits.Length)
        {
            throw new ArgumentException($"checkOffsets: expected offsets from 0 to the {checkBits.Length} checkBits.", nameof(checkOffsets));
        }

        for (var check = 0; check + 1 < checkOffsets.Length; check++)
        {
            int begin = checkOffsets[check], end = checkOffsets[check + 1];
            if (end > checkBits.Length || end - begin < 2)
            {
                throw new ArgumentException($"checkOffsets: expected at least two bits, but check {check} has {end - begin}.", nameof(checkOffsets));
            }

            for (var k = begin; k < end; k++)
            {
                if ((uint)checkBits[k] >= (uint)bits)
                {
                    throw new ArgumentOutOfRangeException(nameof(checkBits), $"checkBits[{k}]: expected a bit in [0, {bits}), but got {checkBits[k]}.");
                }

                if (checkBits[begin..k].Contains(checkBits[k]))
                {
                    throw new ArgumentException($"checkBits: expected every bit at most once in a check, but check {check} has bit {checkBits[k]} twice.", nameof(checkBits));
                }
            }
        }

        _checkOffsets = [.. checkOffsets];
        _checkBits = [.. checkBits];
    }

    /// <summary>Number of bits <c>N</c>.</summary>
    public int Bits { get; }

    /// <summary>Number of checks <c>M</c>.</summary>
    public int Checks => _checkOffsets.Length - 1;

    /// <summary>Number of edges between checks and bits.</summary>
    public int Edges => _checkBits.Length;

    /// <summary>The bits of a check.</summary>
    /// <param name="check">A check in <c>[0, M)</c>.</param>
    public ReadOnlySpan<int> BitsOf(int check) => _checkBits.AsSpan(_checkOffsets[check].._checkOffsets[check + 1]);

    internal ReadOnlySpan<int> CheckBits => _checkBits;

    /// <summary>
    /// A regular low-density code after Gallager (1963): blocks of <c>bits / perCheck</c> checks, each block with every bit once in random order, as many as there are checks per bit.
    /// Bits of a block change places until no two bits share two checks, where such an order is found: decoding suffers most from these cycles of four edges.
    /// </summary>
    /// <param name="bits">Number of bits, a multiple of <paramref name="perCheck"/>.</param>
    /// <param name="perBit">Checks of every bit, ≥ 1.</param>
    /// <param name="perCheck">Bits of every check, ≥ 2.</param>
    /// <param name="seed">Seed of the orders.</param>
    /// <returns>The code: <c>bits · perBit / perCheck</c> checks, of which a few may depend on the others.</returns>
    public static ParityCheckCode Regular(int bits, int perBit, int perCheck, int seed)
    {
        Require.Positive(bits);
        Require.Positive(perBit);
        if (perCheck < 2 || bits % perCheck != 0)
        {
            throw new ArgumentException($"perCheck: expected a divisor of the {bits} bits of at least 2, but got {perCheck}.", nameof(perCheck));
        }

        var random = new Random(seed);

        // The bits that share a check of an earlier block with a bit: as many for each block.
        var perBlock = perCheck - 1;
        var shared = new int[checked(bits * perBit * perBlock)];
        var checkBits = new int[bits * perBit];
        for (var block = 0; block < perBit; block++)
        {
            var order = checkBits.AsSpan(block * bits, bits);
            for (var bit = 0; bit < bits; bit++)
            {
                order[bit] = bit;
            }

            random.Shuffle(order);
            var cycles = 0;
            for (var position = 0; position < bits; position++)
            {
                cycles += Cycles(order, position, block);
            }

            // Two bits change places where that makes no more cycles: level steps lead out of dead ends.
            for (var exchange = 0; exchange < ExchangesPerBit * bits && cycles > 0; exchange++)
            {
                int first = random.Next(bits), second = random.Next(bits);
                if (first / perCheck == second / perCheck)
                {
                    continue;
                }

                var before = Cycles(order, first, block) + Cycles(order, second, block);
                (order[first], order[second]) = (order[second], order[first]);
                var change = Cycles(order, first, block) + Cycles(order, second, block) - before;
                if (change > 0)
                {
                    (order[first], order[second]) = (order[second], order[first]);
                }
                else
                {
                    // The first count saw every pair of a check from both its ends; an exchange is seen from one.
                    cycles += 2 * change;
                }
            }

            for (var position = 0; position < bits; position++)
            {
                var next = (order[position] * perBit + block) * perBlock;
                foreach (var other in order.Slice(position / perCheck * perCheck, perCheck))
                {
                    if (other != order[position])
                    {
                        shared[next++] = other;
                    }
                }
            }
        }

        int[] offsets = [.. Enumerable.Range(0, bits / perCheck * perBit + 1).Select(check => check * perCheck)];
        return new ParityCheckCode(bits, offsets, checkBits);

        // The bits of this position's check that already share an earlier check with its bit: each is a cycle of four edges.
        int Cycles(ReadOnlySpan<int> order, int position, int blocks)
        {
            var count = 0;
            var earlier = shared.AsSpan(order[position] * perBit * perBlock, blocks * perBlock);
            foreach (var other in order.Slice(position / perCheck * perCheck, perCheck))
            {
                count += earlier.Contains(other) ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Whether a word satisfies every check.</summary>
    /// <param name="word">A 0 or 1 for every bit, <c>[N]</c>.</param>
    /// <exception cref="ArgumentException">The number of bits differs.</exception>
    public bool Contains(ReadOnlySpan<int> word)
    {
        if (word.Length != Bits)
        {
            throw new ArgumentException($"word: expected {Bits} bits, but got {word.Length}.", nameof(word));
        }

        for (var check = 0; check < Checks; check++)
        {
            var sum = 0;
            foreach (var bit in BitsOf(check))
            {
                sum += word[bit];
            }

            if (sum % 2 != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The code and what was received as a general factor graph: a variable per bit, a factor per bit with its log-odds, and a factor per check that forbids odd sums.</summary>
    /// <param name="received">Log-odds <c>log p(y | 0) - log p(y | 1)</c> of every bit, <c>[N]</c>.</param>
    public DiscreteFactorGraph ToFactorGraph(ReadOnlySpan<double> received)
    {
        if (received.Length != Bits)
        {
            throw new ArgumentException($"received: expected {Bits} log-odds, one per bit, but got {received.Length}.", nameof(received));
        }

        var builder = new DiscreteFactorGraphBuilder();
        var variables = builder.Variables(Bits, 2);
        for (var bit = 0; bit < Bits; bit++)
        {
            builder.LogFactor([received[bit], 0], variables[bit]);
        }

        for (var check = 0; check < Checks; check++)
        {
            var bits = BitsOf(check);
            var members = new DiscreteVariable[bits.Length];
            var table = new double[1 << bits.Length];
            for (var k = 0; k < members.Length; k++)
            {
                members[k] = variables[bits[k]];
            }

            for (var entry = 0; entry < table.Length; entry++)
            {
                table[entry] = System.Numerics.BitOperations.PopCount((uint)entry) % 2 == 0 ? 0 : double.NegativeInfinity;
            }

            builder.LogFactor(table, members);
        }

        return builder.Build();
    }
}
