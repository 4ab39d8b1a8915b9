using System.CommandLine;
using BenchmarkDotNet.Running;

namespace Native.Bench;

/// <summary><c>kernels</c>: BenchmarkDotNet over the benchmarks of single kernels.</summary>
internal static class KernelsCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var arguments = new Argument<string[]>("arguments") { Description = "Arguments of BenchmarkDotNet, after --.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("kernels", "Runs BenchmarkDotNet on single kernels; everything after -- goes to it.") { arguments };
        Examples.Set(command, "kernels -- --list flat", "kernels -- --filter *Aggregate* --job short");
        command.SetAction(result => Run(result.GetValue(arguments) ?? []));
        return command;
    }

    private static int Run(string[] arguments)
    {
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(KernelsCommand).Assembly).Run(arguments);
        return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? BenchProgram.Success : BenchProgram.Failure;
    }
}
