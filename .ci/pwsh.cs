#:package System.Management.Automation@7.6.9
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false
#:property GenerateDocumentationFile=false

// Runs a PowerShell script where PowerShell is not installed: dotnet run --file .ci/pwsh.cs -- SCRIPT [ARGUMENT...]
// Only PowerShell's engine is here, so scripts can use the language, .NET and programs, but no Get-ChildItem and the like.

using System.Management.Automation;
using System.Management.Automation.Runspaces;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: dotnet run --file .ci/pwsh.cs -- SCRIPT [ARGUMENT...]");
    return 2;
}

using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
runspace.Open();
using var shell = PowerShell.Create(runspace);
shell.AddCommand(Path.GetFullPath(args[0]));
foreach (var argument in args.AsSpan(1))
{
    shell.AddArgument(argument);
}

var output = new PSDataCollection<PSObject>();
output.DataAdded += (_, added) => Console.WriteLine(output[added.Index]);
shell.Streams.Error.DataAdded += (_, added) => Console.Error.WriteLine(shell.Streams.Error[added.Index]);
try
{
    shell.Invoke(null, output);
}
catch (RuntimeException exception)
{
    Console.Error.WriteLine(exception.ErrorRecord);
    return 1;
}

return runspace.SessionStateProxy.GetVariable("LASTEXITCODE") is int exitCode ? exitCode : shell.HadErrors ? 1 : 0;
