using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>First values of parameters, from a seed alone: the same on every device and for every number of threads.</summary>
public static class Initialisation
{
    private const string Weight = ".weight";
    private const string Bias = ".bias";

    /// <summary>
    /// Draws the weights and biases of all linear layers as PyTorch's <c>Linear</c> does: <c>U(-1/√in, 1/√in)</c> for a weight <c>[out, in]</c> and for the bias beside it.
    /// A parameter is a weight if its name ends in <c>.weight</c> and it has two dimensions, and its bias has the same name with <c>.bias</c>. Other parameters and buffers stay as they are.
    /// </summary>
    /// <remarks>
    /// Numbers come from Philox4x32-10 (Salmon et al. 2011): parameter number <c>p</c> of the set draws stream <c>p</c>, its element <c>k</c> element <c>k</c> of that stream.
    /// They take 2²³ values, exact in float and double alike up to the last rounding of the scale; they are not the numbers PyTorch draws from the same seed.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="parameters">The set; values are overwritten, gradients are not touched.</param>
    /// <param name="seed">Seed.</param>
    public static void Linear<T>(ParameterSet<T> parameters, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        uint stream = 0;
        foreach (var parameter in parameters)
        {
            if (FanIn(parameters, parameter) is { } fanIn and > 0)
            {
                Uniform(parameter.Value, 1 / Math.Sqrt(fanIn), seed, stream);
            }

            stream++;
        }
    }

    private static long? FanIn<T>(ParameterSet<T> parameters, Parameter<T> parameter)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (parameter.IsBuffer)
        {
            return null;
        }

        var weight = parameter;
        if (parameter.Name.EndsWith(Bias, StringComparison.Ordinal)
            && !parameters.TryGet(string.Concat(parameter.Name.AsSpan(0, parameter.Name.Length - Bias.Length), Weight), out weight))
        {
            return null;
        }

        return weight.Name.EndsWith(Weight, StringComparison.Ordinal) && weight.Value.Shape.Length == 2 ? weight.Value.Columns : null;
    }

    private static void Uniform<T>(DeviceTensor<T> tensor, double bound, ulong seed, uint stream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var values = new T[tensor.Count];
        Span<uint> words = stackalloc uint[Philox.WordsPerBlock];
        for (var k = 0; k < values.Length; k++)
        {
            var word = k % Philox.WordsPerBlock;
            if (word == 0)
            {
                Philox.Block(seed, stream, (ulong)(k / Philox.WordsPerBlock), words);
            }

            values[k] = T.CreateTruncating((2 * Philox.Uniform(words[word]) - 1) * bound);
        }

        tensor.Upload(values);
    }
}
