using Native.Models;

namespace Native.Bench;

/// <summary>Belief propagation as people write it: one message after another, no SIMD, nothing allocated.</summary>
internal static class PlainBeliefPropagation
{
    /// <summary>The name of the peers.</summary>
    public const string Name = "plain loop";

    /// <summary>
    /// One iteration on a grid of spins, messages laid out as <c>IsingMessages</c> has them. With two arrays every message is made of the old ones (flooding); with one array given twice,
    /// every message is heard by those after it: the spins row by row, each to the right and back, then down and back.
    /// </summary>
    /// <returns>The largest change of a message over <c>max(1, |message|)</c>.</returns>
    public static double Grid(IsingModel model, double[] incoming, double[] outgoing, double damping)
    {
        ReadOnlySpan<double> field = model.Field, right = model.Right, down = model.Down;
        var count = field.Length;
        int fromLeft = 0, fromRight = count, fromAbove = 2 * count, fromBelow = 3 * count;
        var largest = 0.0;
        for (var i = 0; i < count; i++)
        {
            if (i % model.Columns < model.Columns - 1)
            {
                Send(right[i], field[i], i, fromRight, i + 1, fromLeft);
                Send(right[i], field[i + 1], i + 1, fromLeft, i, fromRight);
            }

            if (i + model.Columns < count)
            {
                Send(down[i], field[i], i, fromBelow, i + model.Columns, fromAbove);
                Send(down[i], field[i + model.Columns], i + model.Columns, fromAbove, i, fromBelow);
            }
        }

        return largest;

        // From a spin, without what it hears on the plane `without`, to a plane of its neighbour.
        void Send(double coupling, double ownField, int from, int without, int to, int plane)
        {
            var heard = 2 * ownField;
            for (var side = 0; side < 4; side++)
            {
                heard += side * count == without ? 0 : incoming[side * count + from];
            }

            var previous = incoming[plane + to];
            var message = damping * previous + (1 - damping) * Combine(2 * coupling, heard);
            largest = Math.Max(largest, Math.Abs(message - previous) / Math.Max(1, Math.Abs(message)));
            outgoing[plane + to] = message;
        }
    }

    /// <summary>Decodes one word after another: the tanh rule with products from both ends of a check.</summary>
    public static void Decode(ParityCheckCode code, int[] checkOffsets, int[] checkBits, double[] received, int words, int iterations, double[] posterior, double[] messages, double[] tanh, double[] total)
    {
        // The largest number below 1: two certain bits would otherwise have infinite log-odds.
        var certain = Math.BitDecrement(1.0);
        for (var word = 0; word < words; word++)
        {
            Array.Clear(messages);
            for (var bit = 0; bit < code.Bits; bit++)
            {
                total[bit] = received[bit * words + word];
            }

            for (var iteration = 0; iteration < iterations; iteration++)
            {
                for (var check = 0; check < code.Checks; check++)
                {
                    int begin = checkOffsets[check], end = checkOffsets[check + 1];
                    var product = 1.0;
                    for (var edge = begin; edge < end; edge++)
                    {
                        tanh[edge - begin] = Math.Tanh(0.5 * (total[checkBits[edge]] - messages[edge]));
                        messages[edge] = product;
                        product *= tanh[edge - begin];
                    }

                    product = 1.0;
                    for (var edge = end - 1; edge >= begin; edge--)
                    {
                        messages[edge] = 2 * Math.Atanh(Math.Clamp(messages[edge] * product, -certain, certain));
                        product *= tanh[edge - begin];
                    }
                }

                for (var bit = 0; bit < code.Bits; bit++)
                {
                    total[bit] = received[bit * words + word];
                }

                for (var edge = 0; edge < checkBits.Length; edge++)
                {
                    total[checkBits[edge]] += messages[edge];
                }
            }

            for (var bit = 0; bit < code.Bits; bit++)
            {
                posterior[bit * words + word] = total[bit];
            }
        }
    }

    /// <summary><c>2 atanh(tanh(a/2) tanh(b/2))</c>, also where <c>tanh</c> is 1.</summary>
    private static double Combine(double a, double b)
    {
        var smaller = Math.Min(Math.Abs(a), Math.Abs(b));
        return (a < 0 != b < 0 ? -smaller : smaller) + Math.Log((1 + Math.Exp(-Math.Abs(a + b))) / (1 + Math.Exp(-Math.Abs(a - b))));
    }
}
