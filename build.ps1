#!/usr/bin/env pwsh
# The everyday commands in one place, each thin over dotnet: ./build.ps1 VERB [ARGUMENT...]
# Arguments after the verb go to dotnet as they are (for bench: to the program).
#
#   restore   download the packages
#   build     compile everything in Release
#   test      run the tests
#   bench     run the Bench program in Release; without arguments, the tour
#   pack      make the NuGet packages, into artifacts/packages
#   format    bring all code into the project's style; --verify-no-changes only checks

$ErrorActionPreference = 'Stop'
$verb = $args[0]
$rest = @($args[1..$args.Count])
$path = $ExecutionContext.SessionState.Path
$before = $path.CurrentLocation.Path
try {
    $null = $path.SetLocation($PSScriptRoot)
    switch ($verb) {
        'restore' { & dotnet restore Native.sln @rest }
        'build' { & dotnet build Native.sln --configuration Release @rest }
        'test' { & dotnet test @rest }
        'bench' { & dotnet run --configuration Release --project Bench -- @rest }
        'pack' { & dotnet pack Native.sln --configuration Release --output artifacts/packages @rest }
        'format' { & dotnet format Native.sln @rest }
        default {
            [Console]::Error.WriteLine("usage: build.ps1 restore | build | test | bench | pack | format [ARGUMENT...]; found '$verb'")
            exit 2
        }
    }
    exit $LASTEXITCODE
}
finally {
    $null = $path.SetLocation($before)
}
