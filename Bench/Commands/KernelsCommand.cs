using System.CommandLine;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Native.Bench;

/// <summary><c>kernels</c>: BenchmarkDotNet over the benchmarks of single kernels.</summary>
internal static class KernelsCommand
{
    /// <summary>The options of the running command: the device and the threads of the benchmarks.</summary>
    public static CommonOptions Options { get; private set; } = new(null, Environment.ProcessorCount, null);

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var arguments = new Argument<string[]>("arguments")
        {
            Description = "Arguments of BenchmarkDotNet (see kernels -- --help); without any, the benchmarks are listed.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("kernels", "Runs BenchmarkDotNet on single kernels; what follows -- goes to it.") { arguments };
        Examples.Set(command, "kernels", "kernels -- --filter *Aggregate* --job short", "kernels --threads 1 --json artifacts/kernels.json -- --filter *Gather*");
        command.SetAction(result => Run(CommonOptions.From(result), result.GetValue(arguments) ?? []));
        return command;
    }

    private static int Run(CommonOptions options, string[] arguments)
    {
        Options = options;

        // Without arguments BenchmarkDotNet would ask on standard input, which a script does not answer. It runs in this process, where device and threads are known.
        string[] all = arguments.Length == 0 ? ["--list", "flat"] : ["--inProcess", "--artifacts", "artifacts/benchmarks", .. arguments];
        List<Summary> summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(KernelsCommand).Assembly).Run(all)];
        IReadOnlyList<KernelTiming> timings = [.. summaries.SelectMany(summary => summary.Reports).Where(report => report.ResultStatistics is not null).Select(Describe)];
        JsonOutput.Write(options.Json, timings, BenchJson.Default.IReadOnlyListKernelTiming);

        var asksOnly = arguments.Length == 0 || arguments.Any(argument => argument is "--list" or "--help" or "--info" or "--version");
        var good = summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success));
        return good && (asksOnly || timings.Count > 0) ? BenchProgram.Success : BenchProgram.Failure;
    }

    private static KernelTiming Describe(BenchmarkReport report) => new(
        report.BenchmarkCase.Descriptor.Type.Name.Split("Benchmark")[0],
        report.BenchmarkCase.Descriptor.WorkloadMethod.Name,
        report.BenchmarkCase.Descriptor.Type.GenericTypeArguments[0] == typeof(float) ? Shapes.Float : Shapes.Double,
        Options.Threads,
        report.ResultStatistics!.Mean / 1e6,
        report.ResultStatistics.StandardDeviation / 1e6,
        report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0);
}

/// <summary>One line of <c>kernels</c>.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Method">Which use of it.</param>
/// <param name="Precision"><c>float</c> or <c>double</c>.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="Milliseconds">The mean time.</param>
/// <param name="Deviation">The standard deviation of the time, in milliseconds.</param>
/// <param name="AllocatedBytes">Managed bytes allocated by a call.</param>
internal sealed record KernelTiming(string Kernel, string Method, string Precision, int Threads, double Milliseconds, double Deviation, long AllocatedBytes);
