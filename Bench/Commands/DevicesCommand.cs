using System.CommandLine;

namespace Native.Bench;

/// <summary><c>devices</c>: what there is to run on.</summary>
internal static class DevicesCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("devices", "Lists the devices, which of them are here, and which one is used when none is named.");
        Examples.Set(command, "devices", "devices --json artifacts/devices.json");
        command.SetAction(result => Run(CommonOptions.From(result)));
        return command;
    }

    private static int Run(CommonOptions options) => throw new BenchException("devices: not here yet.");
}
