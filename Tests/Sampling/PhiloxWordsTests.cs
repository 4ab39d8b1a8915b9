using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Words of the generator, from inside a block on, with a block number of more than 32 bits.</summary>
public sealed class PhiloxWordsCall() : KernelCall("PhiloxWords")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new PhiloxWordsCall()];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench) =>
        bench.Sampling.PhiloxWords(new PhiloxPosition(0x0123456789abcdef, 3, (1L << 34) - 101), bench.WordOutput("words", (long)bench.Rows * bench.Features));
}

/// <summary>The contract of the generator.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class PhiloxWordsTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => PhiloxWordsCall.All;
}

/// <summary>PhiloxWords on the SIMD processor.</summary>
public sealed class PhiloxWordsOnCpu : PhiloxWordsTests<CpuFixture>;

/// <summary>PhiloxWords on the SIMD processor with several threads.</summary>
public sealed class PhiloxWordsOnCpuThreads : PhiloxWordsTests<CpuThreadsFixture>;
