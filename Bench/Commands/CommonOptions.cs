using System.CommandLine;

namespace Native.Bench;

/// <summary>The options that every command understands.</summary>
/// <param name="Device">The name given with <c>--device</c>; null means the best device there is.</param>
/// <param name="Threads">The number of threads, at least 1.</param>
/// <param name="Json">The file of <c>--json</c>, or null.</param>
internal sealed record CommonOptions(string? Device, int Threads, string? Json)
{
    private const int MaximumThreads = 4096;

    private static readonly Option<string?> DeviceOption = CreateDevice();
    private static readonly Option<int> ThreadsOption = CreateThreads();
    private static readonly Option<string?> JsonOption = new("--json")
    {
        Description = "Also write the results to this file, as JSON.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Adds the options to the root, from where every command inherits them.</summary>
    public static void AddTo(RootCommand root)
    {
        root.Add(DeviceOption);
        root.Add(ThreadsOption);
        root.Add(JsonOption);
    }

    /// <summary>Reads the options, and checks that the JSON file can be written before any work is done for it.</summary>
    public static CommonOptions From(ParseResult result)
    {
        var options = new CommonOptions(result.GetValue(DeviceOption), result.GetValue(ThreadsOption), result.GetValue(JsonOption));
        JsonOutput.Prepare(options.Json);
        return options;
    }

    private static Option<string?> CreateDevice()
    {
        var option = new Option<string?>("--device")
        {
            Description = "The device to run on: reference, cpu, simulator, opencl or cuda. Default: the best there is.",
            HelpName = "NAME",
            Recursive = true,
        };
        AcceptOnly(option, DeviceNames.All);
        return option;
    }

    /// <summary>Makes anything but the given values an error of one line that names the option.</summary>
    public static void AcceptOnly(Option<string?> option, IEnumerable<string> values)
    {
        string[] all = [.. values];
        option.CompletionSources.Add(all);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !all.Contains(token.Value, StringComparer.Ordinal))
            {
                result.AddError($"{option.Name} expects {string.Join(", ", all[..^1])} or {all[^1]}, but got '{token.Value}'.");
            }
        });
    }

    private static Option<int> CreateThreads()
    {
        var option = new Option<int>("--threads")
        {
            Description = "The number of threads of the CPU device and of the peers. Default: all processors.",
            HelpName = "N",
            Recursive = true,
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        option.Validators.Add(result =>
        {
            if (!result.Implicit && result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var threads) && threads is < 1 or > MaximumThreads)
            {
                result.AddError($"--threads expects a number from 1 to {MaximumThreads}, but got {threads}.");
            }
        });
        return option;
    }
}
