using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>
/// A (3, 6)-regular code of 96 bits over a noisy channel: the word of zeros is sent as <c>y = g + N(0, 1)</c>, <c>g = 10^(snr/20)</c>, in bursts with more noise,
/// <c>Bern(0.05) · N(0, (g σ_b)²)</c>, of which the decoder does not know. By the symmetry of code and channel every word fares as that of zeros does.
/// </summary>
/// <param name="batches">How many times 512 words are sent.</param>
internal sealed class LdpcExperiment(int batches = 16) : IExperiment
{
    private const int Iterations = 50;

    // As many words as have room for their messages in a cache of 1 MiB.
    private const int Batch = 512;

    private static readonly double[] Measured = [0.126, 0.0706, 0.0239, 0.0041, 3.3e-4];
    private static readonly double[] Bursts = [0, 1, 2, 5];

    /// <inheritdoc/>
    public string Name => "ldpc";

    /// <inheritdoc/>
    public string Description => "bit error rate of a (3, 6)-regular code of 96 bits over a noisy channel, 0 to 4 dB, with and without bursts";

    /// <inheritdoc/>
    public ExperimentResult Run(Device device, string folder, CancellationToken stop)
    {
        var code = ParityCheckCode.Regular(bits: 96, perBit: 3, perCheck: 6, seed: 1);
        using var decoder = new ParityCheckDecoder<float>(device, code);
        var rows = new List<double[]>();
        var rates = new double[Bursts.Length, Measured.Length];

        // One noise for all: the same at every strength.
        var random = new SplitMix64(1);
        double[] noise = new double[code.Bits * Batch * batches], bursts = new double[noise.Length];
        for (var i = 0; i < noise.Length; i++)
        {
            noise[i] = random.Normal();
            bursts[i] = random.Uniform() < 0.05 ? random.Normal() : 0;
        }

        for (var snr = 0; snr < Measured.Length; snr++)
        {
            var uncoded = 0.0;
            for (var burst = 0; burst < Bursts.Length; burst++)
            {
                var (before, after) = ErrorRate(decoder, snr, Bursts[burst], noise, bursts, stop);
                uncoded = burst == 0 ? before : uncoded;
                rates[burst, snr] = after;
            }

            rows.Add([snr, uncoded, Measured[snr], .. Enumerable.Range(0, Bursts.Length).Select(burst => rates[burst, snr])]);
        }

        return new ExperimentResult(
            Name,
            ["snr in dB", "not decoded", "measured elsewhere", .. Bursts.Select(burst => burst == 0 ? "decoded" : $"decoded, bursts {burst}")],
            rows,
            $"Bit error rates, {Batch * batches} words each, {Iterations} iterations. Measured elsewhere: a comparable code, without bursts.",
            [Draw(rates, Path.Combine(folder, "ldpc.png"))]);
    }

    /// <inheritdoc/>
    public ExperimentResult RunShort(Device device, string folder, CancellationToken stop) => new LdpcExperiment(batches: 1).Run(device, folder, stop);

    private static (double Before, double After) ErrorRate(ParityCheckDecoder<float> decoder, int snr, double burst, double[] noise, double[] bursts, CancellationToken stop)
    {
        var gain = Math.Pow(10, snr / 20.0);
        float[] received = new float[decoder.Code.Bits * Batch], posterior = new float[received.Length];
        long before = 0, after = 0;
        for (var begin = 0; begin < noise.Length; begin += received.Length)
        {
            for (var i = 0; i < received.Length; i++)
            {
                var y = gain + noise[begin + i] + gain * burst * bursts[begin + i];

                // log N(y; g, 1) - log N(y; -g, 1)
                received[i] = (float)(2 * gain * y);
                before += y < 0 ? 1 : 0;
            }

            decoder.Decode(received, Batch, Iterations, posterior, stop);
            foreach (var odds in posterior)
            {
                after += odds < 0 ? 1 : 0;
            }
        }

        return (before / (double)noise.Length, after / (double)noise.Length);
    }

    private static Figure Draw(double[,] rates, string path)
    {
        using var plot = RunPlots.Create("Bit error rate after decoding", "signal to noise in dB", "bit error rate");
        for (var burst = 0; burst < Bursts.Length; burst++)
        {
            Add([.. Enumerable.Range(0, Measured.Length).Select(snr => rates[burst, snr])], RunPlots.Colors[burst], Bursts[burst] == 0 ? "no bursts" : $"bursts of strength {Bursts[burst]}");
        }

        Add(Measured, RunPlots.Colors[4], "measured elsewhere, no bursts", measured: true);
        RunPlots.Logarithmic(plot.Axes.Left);
        plot.ShowLegend(ScottPlot.Alignment.LowerLeft);
        return RunPlots.Save(plot, path, 760, 480, "Bit error rate of a (3, 6)-regular code of 96 bits, 50 iterations, against the strength of the signal.");

        void Add(double[] values, ScottPlot.Color color, string name, bool measured = false)
        {
            // A rate of 0 has no logarithm: fewer than one error in all the words.
            int[] seen = [.. Enumerable.Range(0, values.Length).Where(snr => values[snr] > 0)];
            var line = plot.Add.ScatterLine(Array.ConvertAll(seen, snr => (double)snr), Array.ConvertAll(seen, snr => Math.Log10(values[snr])), color);
            line.LineWidth = measured ? 0 : 2;
            line.MarkerSize = measured ? 9 : 5;
            line.LegendText = name;
        }
    }
}
