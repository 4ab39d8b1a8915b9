using Native.Kernels;

namespace Native.Tests;

/// <summary>An iteration on a grid with one row per row and one column per feature.</summary>
public sealed class IsingMessagesCall<TSemiring>(double damping) : KernelCall("IsingMessages", $"{typeof(TSemiring).Name}{(damping > 0 ? ", damped" : "")}")
    where TSemiring : struct, ISemiring
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool TakesSpecialValues => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        long rows = bench.Rows, columns = bench.Features;
        bench.Messages.IsingMessages<TSemiring>(
            bench.Input("field", rows, columns),
            bench.Input("right", rows, columns),
            bench.Input("down", rows, columns),
            bench.Input("incoming", 4 * rows, columns),
            bench.Output("outgoing", 4 * rows, columns),
            damping,
            bench.Output("change", 1, rows));
    }
}

/// <summary>All variants of an iteration on a grid.</summary>
public static class IsingMessagesCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new IsingMessagesCall<SumProduct>(0), new IsingMessagesCall<SumProduct>(0.5), new IsingMessagesCall<MaxProduct>(0.25)];
}

/// <summary>The contract of an iteration on a grid.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class IsingMessagesTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => IsingMessagesCalls.All;

    /// <summary>A strong coupling passes a weak field on, to full accuracy; a strong field behind a weak coupling saturates.</summary>
    [Fact]
    public void StrongAndWeak()
    {
        using var field = Device.Upload([1e-3f, 500], 1, 2);
        using var right = Device.Upload<float>([300, 0], 1, 2);
        using var down = Device.Allocate<float>(1, 2);
        using var incoming = Device.Allocate<float>(4, 2);
        using var outgoing = Device.Allocate<float>(4, 2);
        Device.Messages<float>().IsingMessages<SumProduct>(field, right, down, incoming, outgoing);
        Assert.Equal([0, 2e-3f, 600, 0, 0, 0, 0, 0], outgoing.ToArray(), (expected, found) => Math.Abs(expected - found) <= 1e-7f * Math.Max(1, expected));
        Assert.Equal("damping", Assert.Throws<ArgumentOutOfRangeException>(() => Device.Messages<float>().IsingMessages<SumProduct>(field, right, down, incoming, outgoing, -0.1)).ParamName);
    }
}

/// <summary>IsingMessages on the SIMD processor.</summary>
public sealed class IsingMessagesOnCpu : IsingMessagesTests<CpuFixture>;

/// <summary>IsingMessages on the SIMD processor with several threads.</summary>
public sealed class IsingMessagesOnCpuThreads : IsingMessagesTests<CpuThreadsFixture>;
