using System.Numerics;
using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>Two damped updates.</summary>
public sealed class DampedUpdateCall(double damping) : KernelCall("DampedUpdate", damping == 0 ? "undamped" : "damped")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new DampedUpdateCall(0), new DampedUpdateCall(0.75)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var parameter = bench.Accumulated("eta", bench.Rows, bench.Features);
        bench.Updates.DampedUpdate(parameter, bench.Input("proposal", bench.Rows, bench.Features), damping, bench.OutputVector("maxChange", 1));
        bench.Updates.DampedUpdate(parameter, bench.Input("next", bench.Rows, bench.Features), damping, bench.OutputVector("nextMaxChange", 1));
    }
}

/// <summary>The contract of the damped update.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class DampedUpdateTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    private const double Infinity = double.PositiveInfinity;

    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => DampedUpdateCall.All;

    /// <summary>What is there already stays to the last bit; infinities that agree are no change.</summary>
    [Fact]
    public void NothingChangesWhereBothAgree()
    {
        var values = Enumerable.Range(1, 99).Select(i => 1.0 / i).Append(-Infinity).ToArray();
        using var parameter = Device.Upload<double>(values, 10, 10);
        using var proposal = Device.Upload<double>(values, 10, 10);
        using var change = Device.Upload<double>([7]);
        foreach (var damping in (double[])[0, 0.1, 0.3, 0.9])
        {
            Device.Updates<double>().DampedUpdate(parameter, proposal, damping, change);
            Assert.Equal(values, parameter.ToArray());
            Assert.Equal(0, change.ToArray()[0]);
        }

        Device.ThrowIfFaulted();
    }

    /// <summary>Without damping the old value has no part in the result, an infinite one neither; damped, an infinity stays.</summary>
    [Fact]
    public void ZeroTimesInfinityIsZero()
    {
        using var parameter = Device.Upload<double>([-Infinity, 2, -Infinity], 1, 3);
        using var proposal = Device.Upload<double>([3, -Infinity, -Infinity], 1, 3);
        using var change = Device.Allocate<double>(1);
        Device.Updates<double>().DampedUpdate(parameter, proposal, 0, change);
        Assert.Equal([3, -Infinity, -Infinity], parameter.ToArray());
        Assert.Equal(Infinity, change.ToArray()[0]);

        using var back = Device.Upload<double>([5, 5, 5], 1, 3);
        Device.Updates<double>().DampedUpdate(parameter, back, 0.5, change);
        Assert.Equal([4, -Infinity, -Infinity], parameter.ToArray());
        Assert.Equal(1, change.ToArray()[0]);
        Device.ThrowIfFaulted();
    }

    /// <summary>The first NaN is in the status word, wherever it comes from, in a view with gaps too.</summary>
    [Fact]
    public void TheFirstNaNIsReported()
    {
        const int Rows = 300, Columns = 200;
        foreach (var (old, target) in ((double, double)[])[(double.NaN, 1), (1, double.NaN), (Infinity, -Infinity)])
        {
            foreach (var stride in (int[])[Columns, Columns + 3])
            {
                var a = new double[Rows * stride];
                var b = new double[Rows * stride];
                a[250 * stride + 7] = a[251 * stride] = old;
                b[250 * stride + 7] = b[251 * stride] = target;
                using var parameter = Device.Upload(a);
                using var proposal = Device.Upload(b);
                using var change = Device.Allocate<double>(1);
                Device.Updates<double>().DampedUpdate(new(parameter, 0, Rows, Columns, stride), new(proposal, 0, Rows, Columns, stride), 0.5, change);
                Assert.True(double.IsNaN(change.ToArray()[0]));
                Assert.Equal(250 * Columns + 7, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
            }
        }
    }

    /// <summary>A weight of the old value outside [0, 1) is an error.</summary>
    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(double.NaN)]
    public void DampingOutOfRangeIsNamed(double damping)
    {
        using var parameter = Device.Upload<double>([1], 1, 1);
        using var proposal = Device.Upload<double>([2], 1, 1);
        using var change = Device.Upload<double>([3]);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Device.Updates<double>().DampedUpdate(parameter, proposal, damping, change));
        Assert.Equal("damping", error.ParamName);
        Assert.Equal(1, parameter.ToArray()[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Native.Kernels.Cpu.Updates.DampedUpdate<double>(new(new double[1], 1, 1), new(new double[1], 1, 1), damping, out _));
    }
}

/// <summary>DampedUpdate on the SIMD processor.</summary>
public sealed class DampedUpdateOnCpu : DampedUpdateTests<CpuFixture>;

/// <summary>DampedUpdate on the SIMD processor with several threads.</summary>
public sealed class DampedUpdateOnCpuThreads : DampedUpdateTests<CpuThreadsFixture>;
