using System.CommandLine;

namespace Native.Bench;

/// <summary><c>validate</c>: runs reference cases on a device.</summary>
internal static class ValidateCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(CancellationToken stop)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Case files (.safetensors) and folders, searched recursively.", Arity = ArgumentArity.OneOrMore };
        var allowUnsupported = new Option<bool>("--allow-unsupported") { Description = "Systems that are not supported do not make the run fail." };
        var command = new Command("validate", "Compares a device with reference cases: every output and gradient of every file, in float and in double.") { paths, allowUnsupported };
        Examples.Set(
            command,
            "validate Tests/Cases/linear Tests/Cases/mlp",
            "validate Tests/Cases --device reference --allow-unsupported --json artifacts/validation.json");
        command.SetAction(result => Run(CommonOptions.From(result), result.GetRequiredValue(paths), result.GetValue(allowUnsupported), stop));
        return command;
    }

    private static int Run(CommonOptions options, string[] paths, bool allowUnsupported, CancellationToken stop) =>
        throw new BenchException("validate: not here yet.");
}
