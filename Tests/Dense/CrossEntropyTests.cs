using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>Softmax cross-entropy and its gradient.</summary>
public sealed class CrossEntropyCall() : KernelCall("CrossEntropy")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new CrossEntropyCall()];

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Features >= 1;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var logits = bench.Input("logits", bench.Rows, bench.Features);
        var label = bench.IntegerInput("label", bench.Rows, bench.Features);
        var ignore = bench.Flags("ignore", bench.Rows);
        bench.Dense.CrossEntropy(logits, label, ignore, bench.OutputVector("loss", 1));
        bench.Dense.CrossEntropyBackward(logits, label, ignore, bench.ScalarCotangent("loss"), bench.Output("grad/logits", bench.Rows, bench.Features));
    }
}

/// <summary>The contract of softmax cross-entropy.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class CrossEntropyTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => CrossEntropyCall.All;

    /// <summary>A float loss over two million elements is right to 1e-5: sums are blocked, not added one by one.</summary>
    [Fact]
    public void ALossOverTwoMillionElementsIsRightInFloat()
    {
        var sizes = new Sizes(GraphSamples.Small, TFixture.HubEdges, 2, 0);
        Contract.Compare<float>(new CrossEntropyCall(), Device, TFixture.Name, sizes, Layout.Contiguous, Values.Positive, Tolerances.LongSum);
    }

    /// <summary>A label out of range in a row that counts makes the loss NaN and is reported by its row; in a row left out it is not read.</summary>
    [Fact]
    public void ALabelOutOfRangeIsReported()
    {
        using var logits = Device.Allocate<float>(4, 3);
        using var loss = Device.Allocate<float>(1);
        using var label = Device.Upload<int>([0, -1, 3, -7]);
        using var ignoreAll = Device.Upload<byte>([1, 1, 1, 1]);
        using var ignoreOne = Device.Upload<byte>([0, 1, 0, 0]);
        Device.Dense<float>().CrossEntropy(logits, label, ignoreAll, loss);
        Device.ThrowIfFaulted();
        Assert.Equal([0], loss.ToArray());
        Device.Dense<float>().CrossEntropy(logits, label, ignoreOne, loss);
        Assert.True(float.IsNaN(loss.ToArray()[0]));
        Assert.Equal(2, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
        Device.ThrowIfFaulted();
    }
}

/// <summary>CrossEntropy on the SIMD processor.</summary>
public sealed class CrossEntropyOnCpu : CrossEntropyTests<CpuFixture>;

/// <summary>CrossEntropy on the SIMD processor with several threads.</summary>
public sealed class CrossEntropyOnCpuThreads : CrossEntropyTests<CpuThreadsFixture>;
