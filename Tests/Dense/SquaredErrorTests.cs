using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Squared error and its gradient.</summary>
public sealed class SquaredErrorCall() : KernelCall("SquaredError")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new SquaredErrorCall()];

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var prediction = bench.Input("prediction", bench.Rows, bench.Features);
        var target = bench.Input("target", bench.Rows, bench.Features);
        bench.Dense.SquaredError(prediction, target, bench.OutputVector("loss", 1));
        bench.Dense.SquaredErrorBackward(
            prediction, target, bench.ScalarCotangent("loss"), bench.Output("grad/prediction", bench.Rows, bench.Features), bench.Output("grad/target", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of squared error.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class SquaredErrorTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => SquaredErrorCall.All;

    /// <summary>A float loss over two million elements is right to 1e-5: sums are blocked, not added one by one.</summary>
    [Fact]
    public void ALossOverTwoMillionElementsIsRightInFloat()
    {
        var sizes = new Sizes(GraphSamples.Small, TFixture.HubEdges, 2, 0);
        Contract.Compare<float>(new SquaredErrorCall(), Device, TFixture.Name, sizes, Layout.Contiguous, Values.Positive, Tolerances.LongSum);
    }
}

/// <summary>SquaredError on the SIMD processor.</summary>
public sealed class SquaredErrorOnCpu : SquaredErrorTests<CpuFixture>;

/// <summary>SquaredError on the SIMD processor with several threads.</summary>
public sealed class SquaredErrorOnCpuThreads : SquaredErrorTests<CpuThreadsFixture>;
