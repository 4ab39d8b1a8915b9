using System.Numerics;

namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>(Device device) : SamplingKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Element <c>(row, column)</c> of noise on <paramref name="columns"/> columns: given, or drawn by <paramref name="draw"/>.</summary>
    private static double Value(Noise<T> noise, long row, long column, long columns, Func<PhiloxPosition, double> draw) =>
        noise.IsDrawn
            ? draw(noise.Position.Advance(row * columns + column))
            : new Cells<T>(noise.Values)[row, column];

    /// <summary>One word of the generator.</summary>
    private static uint WordAt(PhiloxPosition position)
    {
        Span<uint> words = stackalloc uint[Philox.WordsPerBlock];
        Philox.Block(position.Seed, position.Stream, (ulong)position.First / Philox.WordsPerBlock, words);
        return words[(int)(position.First % Philox.WordsPerBlock)];
    }

    /// <summary>One uniform.</summary>
    private static double UniformAt(PhiloxPosition position) => Philox.Uniform(WordAt(position));

    /// <summary>One normal: the cosine or sine of its pair.</summary>
    private static double NormalAt(PhiloxPosition position)
    {
        var pair = new PhiloxPosition(position.Seed, position.Stream, position.First - position.First % 2);
        var r = Math.Sqrt(-2 * Math.Log(UniformAt(pair)));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * UniformAt(pair.Advance(1)));
        return r * (position.First % 2 == 0 ? cosine : sine);
    }

    /// <summary><c>-ln(-ln u)</c> in (0, 1).</summary>
    private static double GumbelOf(double uniform) =>
        uniform < 1 && uniform >= double.CreateTruncating(SmallestNormal) ? -Math.Log(-Math.Log(uniform)) : double.NaN;

    private static T SmallestNormal => typeof(T) == typeof(float) ? T.CreateTruncating(1.17549435e-38f) : T.CreateTruncating(2.2250738585072014e-308);

    /// <summary>The key of a category.</summary>
    private static double Key(Cells<T> logWeights, Noise<T> uniform, long row, long column) =>
        logWeights[row, column] + GumbelOf(Value(uniform, row, column, logWeights.Columns, UniformAt));

    private unsafe void ReportFault(long row)
    {
        var status = Device.Status.Pointer;
        *status = Math.Min(*status, row);
    }
}
