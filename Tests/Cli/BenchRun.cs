namespace Native.Tests;

/// <summary>Runs the built Bench program.</summary>
internal static class BenchRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it to its end.</summary>
    public static (int Code, string Output) Run(params string[] arguments) =>
        ChildProcess.Run(Path.Combine(AppContext.BaseDirectory, "Native.Bench.dll"), arguments, Patience);
}
