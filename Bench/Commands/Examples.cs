using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Native.Bench;

/// <summary>The example command lines shown at the end of <c>--help</c>.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> Table = [];

    /// <summary>States the examples of a command: what follows the program's name.</summary>
    public static void Set(Command command, params string[] examples) => Table.Add(command, examples);

    /// <summary>The examples of a command.</summary>
    public static IReadOnlyList<string> Of(Command command) => Table.TryGetValue(command, out var examples) ? examples : [];
}
