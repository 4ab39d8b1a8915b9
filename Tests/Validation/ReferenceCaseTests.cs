using Native.Bench;
using Native.Kernels;
using Native.Kernels.Reference;

namespace Native.Tests;

/// <summary>The reference cases of every supported system, through the runner of <c>Bench validate</c>.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ReferenceCaseTests<TFixture>
    where TFixture : IDeviceFixture
{
    /// <summary>The systems that the device supports.</summary>
    public static TheoryData<string> Systems => [.. TFixture.Systems];

    /// <summary>Every case of a system passes in every precision.</summary>
    [Theory]
    [MemberData(nameof(Systems))]
    public void EveryCasePasses(string system)
    {
        using var device = TFixture.Create();
        var files = CaseFiles.Find([CasePaths.Folder(system)]);
        var results = files.SelectMany(file => CaseRunner.Run(file, device)).ToList();
        Assert.True(results.Count >= files.Count);
        Assert.All(results, result => Assert.True(result.Status == CaseStatus.Passed, $"{result.File} in {result.Precision} on {TFixture.Name}: {result.Reason} (error {result.Error}, tolerance {result.Tolerance})"));
    }
}

/// <summary>Reference cases on the reference device.</summary>
public sealed class ReferenceCasesOnReference : ReferenceCaseTests<ReferenceFixture>;

/// <summary>Reference cases on the SIMD processor.</summary>
public sealed class ReferenceCasesOnCpu : ReferenceCaseTests<CpuFixture>;

/// <summary>Reference cases on the SIMD processor with several threads.</summary>
public sealed class ReferenceCasesOnCpuThreads : ReferenceCaseTests<CpuThreadsFixture>;

/// <summary>Reference cases on ILGPU's simulator.</summary>
public sealed class ReferenceCasesOnSimulator : ReferenceCaseTests<SimulatorFixture>;

/// <summary>Reference cases on a GPU, where there is one.</summary>
public sealed class ReferenceCasesOnGpu : ReferenceCaseTests<GpuFixture>;

/// <summary>The reference device.</summary>
public sealed class ReferenceFixture : IDeviceFixture
{
    /// <inheritdoc/>
    public static string Name => "reference";

    /// <inheritdoc/>
    public static Device Create() => new ReferenceDevice();
}

/// <summary>Where the cases lie beside the tests.</summary>
internal static class CasePaths
{
    /// <summary>The folder of a system; of all systems when none is named.</summary>
    public static string Folder(string system = "") => Path.Combine(AppContext.BaseDirectory, "Cases", system);
}
