using System.Diagnostics;

namespace Native.Tests;

/// <summary>Runs a .NET program of this build and collects what it prints.</summary>
internal static class ChildProcess
{
    /// <summary>Runs an assembly to its end.</summary>
    /// <param name="assembly">Path of the program's dll.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="patience">After this time it is ended and the test fails.</param>
    /// <param name="environment">Environment variables to set.</param>
    /// <returns>The exit code, and standard output and error as they came.</returns>
    public static (int Code, string Output) Run(string assembly, IEnumerable<string> arguments, TimeSpan patience, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Host()) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = new Process { StartInfo = start };
        var output = new System.Text.StringBuilder();
        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{Path.GetFileName(assembly)} {string.Join(' ', arguments)} did not end within {patience}: {output}");
        }

        process.WaitForExit();
        return (process.ExitCode, output.ToString());

        void Append(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        }
    }

    // The runtime that runs this test, whatever started it: the host beside the shared framework, not whatever is first on the path.
    private static string Host()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var root = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var host = Path.Combine(root, name);
        return File.Exists(host) ? host : name;
    }
}
