using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Native.Kernels;

namespace Native.Bench;

/// <summary>The program: its commands, and what every one of them promises about errors, Ctrl-C and exit codes.</summary>
internal static class BenchProgram
{
    /// <summary>The exit code of success: everything that was asked for was done and was right.</summary>
    public const int Success = 0;

    /// <summary>The exit code of every failure, from an unknown option to a failed check.</summary>
    public const int Failure = 1;

    /// <summary>The exit code after Ctrl-C, as shells report it.</summary>
    public const int Stopped = 130;

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The command line.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        Screen.Initialize();
        using var stop = new CancellationTokenSource();
        using var interrupt = OnSignal(PosixSignal.SIGINT, stop);
        using var terminate = OnSignal(PosixSignal.SIGTERM, stop);

        var root = CreateRoot(stop.Token);
        var parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction errors)
        {
            errors.ShowHelp = false;
        }

        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return parsed.Invoke(configuration);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Screen.WriteError("stopped; nothing was written.");
            return Stopped;
        }
        catch (Exception exception) when (exception is BenchException or DeviceUnavailableException or NotSupportedException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Screen.WriteError(exception.Message);
            return Failure;
        }
        catch (Exception exception)
        {
            // A fault of the program itself: whoever reports it needs the place.
            Screen.WriteError(exception.ToString());
            return Failure;
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            // The first signal asks the running command to stop between two pieces of work; a second one ends the process at once.
            if (!stop.IsCancellationRequested)
            {
                context.Cancel = true;
                stop.Cancel();
            }
        });

    private static RootCommand CreateRoot(CancellationToken stop)
    {
        var root = new RootCommand(
            "Native: message-passing kernels and models. Without a command: the tour, a self-check, a graph network that learns on handwritten digits, and models that are inferred.");
        CommonOptions.AddTo(root);
        TourCommand.Configure(root, stop);
        root.Add(ValidateCommand.Create(stop));
        root.Add(DevicesCommand.Create());
        root.Add(RooflineCommand.Create(stop));
        root.Add(KernelsCommand.Create());
        root.Add(CompareCommand.Create(stop));
        root.Add(RunCommand.Create(stop));

        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help } helpOption)
            {
                helpOption.Action = new HelpWithExamples(help);
            }
        }

        return root;
    }

    /// <summary>The generated help, followed by the examples of the command.</summary>
    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            var examples = Examples.Of(parseResult.CommandResult.Command);
            if (examples.Count > 0)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var example in examples)
                {
                    output.WriteLine($"  dotnet run -c Release --project Bench -- {example}".TrimEnd(' ', '-'));
                }

                output.WriteLine();
            }

            return code;
        }
    }
}
