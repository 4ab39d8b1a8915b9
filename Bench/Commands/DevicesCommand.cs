using System.CommandLine;
using Native.Kernels;

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

    private static int Run(CommonOptions options)
    {
        DeviceHandle.Register(options.Threads);
        var chosen = DeviceRegistry.Default.Name;
        var names = options.Device is null ? DeviceNames.All : [options.Device];
        var reports = names.Select(name => Describe(name, name == chosen)).ToList();

        var table = Screen.CreateTable("device", "available", "default", "description");
        foreach (var report in reports)
        {
            table.AddTextRow(report.Name, report.Available ? "yes" : "no", report.Default ? "yes" : "", report.Description);
        }

        Screen.Heading("Devices");
        Screen.Write(table);
        Screen.WriteLine($"Without --device: {DeviceRegistry.DefaultReason}.");
        JsonOutput.Write(options.Json, reports, BenchJson.Default.IReadOnlyListDeviceReport);

        // Whoever asks for one device wants to know, also from a script, whether it is there.
        return options.Device is null || reports[0].Available ? BenchProgram.Success : BenchProgram.Failure;
    }

    private static DeviceReport Describe(string name, bool isDefault)
    {
        if (DeviceRegistry.Registered.All(registration => registration.Name != name))
        {
            return new DeviceReport(name, false, "not part of this build", isDefault);
        }

        try
        {
            using var device = DeviceRegistry.Create(name);
            return new DeviceReport(name, true, device.Description, isDefault);
        }
        catch (DeviceUnavailableException unavailable)
        {
            return new DeviceReport(name, false, unavailable.Message, isDefault);
        }
    }
}

/// <summary>One line of <c>devices</c>.</summary>
/// <param name="Name">Name of the device.</param>
/// <param name="Available">Whether it can be used here.</param>
/// <param name="Description">What it is, or why it is not available.</param>
/// <param name="Default">Whether it is used when none is named.</param>
internal sealed record DeviceReport(string Name, bool Available, string Description, bool Default);
