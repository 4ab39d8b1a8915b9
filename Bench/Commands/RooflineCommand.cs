using System.CommandLine;
using System.Globalization;

namespace Native.Bench;

/// <summary><c>roofline</c>: what this machine can do at most, the measure for every kernel.</summary>
internal static class RooflineCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(CancellationToken stop)
    {
        var command = new Command("roofline", "Measures the multiply-add peak and the L2, L3 and DRAM bandwidth of this processor, on one thread and on all.");
        Examples.Set(command, "roofline", "roofline --threads 8 --json artifacts/roofline.json");
        command.SetAction(result => Run(CommonOptions.From(result), stop));
        return command;
    }

    private static int Run(CommonOptions options, CancellationToken stop)
    {
        if (options.Device is not (null or DeviceNames.Cpu))
        {
            throw new BenchException($"roofline measures the processor: --device expects '{DeviceNames.Cpu}', but got '{options.Device}'.");
        }

        var caches = CacheSizes.Read();
        Screen.Heading("Roofline");
        Screen.WriteLine($"{caches.Describe()}; vectors of {MultiplyAddPeak.VectorBits} bits");

        var measurements = new List<RooflineMeasurement>();
        foreach (var threads in new SortedSet<int> { 1, options.Threads })
        {
            var roofline = new ProcessorRoofline(threads, caches, stop);
            measurements.Add(new("fma", "float", threads, roofline.PeakRate<float>() / 1e9, "GFLOP/s"));
            measurements.Add(new("fma", "double", threads, roofline.PeakRate<double>() / 1e9, "GFLOP/s"));
            foreach (var level in Enum.GetValues<MemoryLevel>())
            {
                var name = level.Name();
                measurements.Add(new(name, "read", threads, roofline.ReadBandwidth(level) / 1e9, "GB/s"));
                measurements.Add(new(name, "triad", threads, roofline.TriadBandwidth(level) / 1e9, "GB/s"));
            }
        }

        var table = Screen.CreateTable("limit", "what", ">threads", ">value", "unit");
        foreach (var m in measurements)
        {
            table.AddTextRow(m.Limit, m.What, m.Threads.ToString(CultureInfo.InvariantCulture), m.Value.ToString("F1", CultureInfo.InvariantCulture), m.Unit);
        }

        Screen.Write(table);
        Screen.WriteLine("A multiply-add counts as two operations. Triad (a = b + s*c) counts two reads and one write, as STREAM does.");

        JsonOutput.Write(
            options.Json,
            new RooflineReport(MultiplyAddPeak.VectorBits, caches.Level2, caches.Level3, caches.Measured, measurements),
            BenchJson.Default.RooflineReport);
        return BenchProgram.Success;
    }
}
