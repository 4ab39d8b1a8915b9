using System.CommandLine;

namespace Native.Bench;

/// <summary>No command: the tour.</summary>
internal static class TourCommand
{
    /// <summary>Gives the root command its own action.</summary>
    public static void Configure(RootCommand root, CancellationToken stop)
    {
        Examples.Set(root, "", "--device reference --threads 1 --json artifacts/tour.json", "compare --quick", "validate Tests/Cases/linear");
        root.SetAction(result => Run(CommonOptions.From(result), stop));
    }

    private static int Run(CommonOptions options, CancellationToken stop) => throw new BenchException("the tour: not here yet.");
}
