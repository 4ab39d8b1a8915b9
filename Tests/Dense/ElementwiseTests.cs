using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Fill, copy and scaled sums.</summary>
public sealed class ElementwiseCall(string kernel) : KernelCall(kernel)
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new ElementwiseCall("Fill"), new ElementwiseCall("Copy"), new ElementwiseCall("AddScaled")];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        switch (Kernel)
        {
            case "Fill":
                bench.Dense.Fill(bench.Output("out", bench.Rows, bench.Features), T.CreateTruncating(-2.5));
                break;
            case "Copy":
                bench.Dense.Copy(bench.Input("x", bench.Rows, bench.Features), bench.Output("out", bench.Rows, bench.Features));
                bench.Dense.Copy(bench.Input("row", 1, bench.Features).Repeat(bench.Rows), bench.Output("repeated", bench.Rows, bench.Features));
                break;
            default:
                var x = bench.Input("x", bench.Rows, bench.Features);
                bench.Dense.AddScaled(T.CreateTruncating(0.5), x, T.CreateTruncating(-2), bench.Accumulated("out", bench.Rows, bench.Features));
                bench.Dense.AddScaled(T.CreateTruncating(3), bench.Input("row", 1, bench.Features).Repeat(bench.Rows), T.One, bench.Accumulated("repeated", bench.Rows, bench.Features));

                // With a factor of 0 the old values, NaN here, are not read.
                bench.Dense.AddScaled(T.One, x, T.Zero, bench.Output("overwritten", bench.Rows, bench.Features));
                break;
        }
    }
}

/// <summary>The contract of fill, copy and scaled sums.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ElementwiseTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => ElementwiseCall.All;
}

/// <summary>Elementwise on the SIMD processor.</summary>
public sealed class ElementwiseOnCpu : ElementwiseTests<CpuFixture>;

/// <summary>Elementwise on the SIMD processor with several threads.</summary>
public sealed class ElementwiseOnCpuThreads : ElementwiseTests<CpuThreadsFixture>;
