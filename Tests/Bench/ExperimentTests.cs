using Native.Bench;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>The experiments of <c>run</c>: their generator, and that they find what they should.</summary>
public class ExperimentTests
{
    [Fact]
    public void TheGeneratorGivesTheKnownNumbers()
    {
        // The first numbers of seed 1234567, as published with the generator.
        var random = new SplitMix64(1234567);
        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821], (ulong[])[.. Enumerable.Range(0, 5).Select(_ => random.Next())]);
        random = new SplitMix64(1234567);
        Assert.Equal((6457827717110365317 >> 11) * Math.Pow(2, -53), random.Uniform());
    }

    [Fact]
    public void EveryExperimentDrawsItsFigures()
    {
        var folder = Directory.CreateTempSubdirectory("native-run-").FullName;
        try
        {
            using var device = new CpuDevice(1);
            foreach (var experiment in Experiments.All)
            {
                var result = experiment.RunShort(device, folder, TestContext.Current.CancellationToken);
                Assert.Equal(experiment.Name, result.Name);
                Assert.All(result.Rows, row => Assert.Equal(result.Columns.Count, row.Length));
                Assert.All(result.Figures, figure => Assert.True(new FileInfo(figure.Path).Length > 1000, figure.Path));
                Check(result);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TheSlopeOfAPowerIsItsExponent() => Assert.Equal(1.5, CostExperiment.LogarithmicSlope([1, 10, 100, 1000], [2, 2 * Math.Pow(10, 1.5), 2000, 2 * Math.Pow(10, 4.5)]), 1e-12);

    private static void Check(ExperimentResult result)
    {
        switch (result.Name)
        {
            case "ldpc":
                // More signal, fewer errors; a decoder that helps; bursts that hurt.
                Assert.All(result.Rows.Skip(1), row => Assert.True(row[3] < row[1] && row[3] <= row[6]));
                Assert.All(result.Rows.Zip(result.Rows.Skip(1)), pair => Assert.True(pair.Second[3] < pair.First[3]));
                break;
            case "ising":
                Assert.Equal([5, 10, 50], result.Rows.Select(row => row[0]));
                Assert.All(result.Rows, row => Assert.All(row, number => Assert.True(double.IsFinite(number))));

                // All spins up leaves out no more than their mirror image, and no start does better.
                Assert.All(result.Rows, row => Assert.InRange(row[9], 0.5, 1.5));
                Assert.All(result.Rows, row => Assert.True(row[9] <= row[8] && row[8] <= row[7] && row[9] <= row[6]));
                Assert.Equal(2, result.Figures.Count);
                break;
            case "cost":
                Assert.Equal([1000, 3000, 10_000], result.Rows.Select(row => row[0]));
                Assert.All(result.Rows, row => Assert.All(row, number => Assert.True(number > 0)));

                // Ten times the model, at most ten times the memory; not much less, for the fixed part is small.
                Assert.All((int[])[3, 6, 9, 12], column => Assert.InRange(result.Rows[2][column] / result.Rows[0][column], 5, 10.5));
                break;
            case "chain":
                // Smoothing beats the observation, and its band holds what it says; the factorised band does not. Free energy: the exact posterior has the least.
                Assert.True(result.Rows[1][0] < 0.5 * result.Rows[0][0]);
                Assert.InRange(result.Rows[1][2], 0.94, 0.96);
                Assert.True(result.Rows[2][2] < 0.8 && result.Rows[2][4] > result.Rows[1][4]);
                Assert.InRange(result.Rows[3][2], 0.93, 0.97);
                break;
            case "mixture":
                // Digits are told apart without labels.
                Assert.All(result.Rows, row => Assert.True(row[4] > 60));
                break;
            case "topics":
                Assert.All(result.Rows, row => Assert.True(row[3] < 0.8 * row[4]));
                Assert.Equal(12, result.Words!.Rows.Count);
                break;
            case "pca":
                Assert.InRange(result.Rows[0][2], 2, result.Rows[0][1] - 1);
                Assert.True(result.Rows[0][3] < 0.7 * result.Rows[0][4]);
                break;
        }
    }
}
