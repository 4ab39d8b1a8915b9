using System.Numerics;
using Native.Kernels;

namespace Native.Tests;

/// <summary>A few categories per row, or all of them, with uniforms that are given or drawn.</summary>
public sealed class GumbelTopKCall(bool drawn, int choices) : KernelCall("GumbelTopK", $"{(drawn ? "drawn " : "")}{choices}")
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new GumbelTopKCall(false, 1), new GumbelTopKCall(false, 40), new GumbelTopKCall(true, 5)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Features >= 1;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var logWeights = bench.Input("log weights", bench.Rows, bench.Features);
        Noise<T> uniform = drawn ? new PhiloxPosition(19, 4, 3) : bench.Input("uniform", bench.Rows, bench.Features, Domain.OpenUnit);
        var k = Math.Min(choices, bench.Features);
        bench.Sampling.GumbelTopK(logWeights, uniform, bench.IntegerOutput("index", bench.Rows, k), bench.Output("key", bench.Rows, k));
    }
}

/// <summary>The contract of draws without replacement.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class GumbelTopKTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => GumbelTopKCall.All;

    /// <summary>The choices are the front of all keys sorted, equal keys in index order, and zero weights are not among them.</summary>
    [Theory]
    [InlineData(1, 1, 40)]
    [InlineData(70, 1, 40)]
    [InlineData(70, 35, 40)]
    [InlineData(5000, 64, 40)]
    [InlineData(5000, 64, 1_000_000)]
    [InlineData(5000, 600, 1_000_000)]
    [InlineData(5000, 2500, 40)]
    public void ChoicesAreTheFrontOfASort(int categories, int choices, int levels)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            const int Rows = 5;
            var random = new Random(categories);
            var weights = Enumerable.Range(0, Rows * categories)
                .Select(_ => random.Next(3) == 0 && categories > 1 ? T.NegativeInfinity : T.CreateChecked(random.Next(-2, 3))).ToArray();

            // Few different uniforms make many equal keys.
            var uniforms = Enumerable.Range(0, Rows * categories).Select(_ => T.CreateChecked((random.Next(levels) + 0.5) / levels)).ToArray();
            using var logWeights = Device.Upload(weights, Rows, categories);
            using var uniform = Device.Upload(uniforms, Rows, categories);
            using var keys = Device.Allocate<T>(Rows, categories);
            using var index = Device.Allocate<int>(Rows, choices);
            using var key = Device.Allocate<T>(Rows, choices);
            Device.Sampling<T>().Gumbel(logWeights, uniform, keys);
            Device.Sampling<T>().GumbelTopK(logWeights, uniform, index, key);
            Device.ThrowIfFaulted();
            var all = keys.ToArray();
            var expected = Enumerable.Range(0, Rows).SelectMany(row =>
                Enumerable.Range(0, categories).OrderByDescending(j => all[row * categories + j]).Take(choices).Select(j => (j, all[row * categories + j])));
            Assert.Equal(expected, index.ToArray().Zip(key.ToArray()));
        }
    }

    /// <summary>Too few positive weights, and a NaN among the keys, are reported by the first such row; the rows beside it have their choices.</summary>
    [Fact]
    public void ARowWithoutEnoughWeightsIsReported()
    {
        const float Zero = float.NegativeInfinity;
        var kernels = Device.Sampling<float>();
        using var logWeights = Device.Upload<float>([0, 1, 2, Zero, 1, Zero, float.NaN, 1, 2, 3, Zero, 1], 4, 3);
        using var index = Device.Allocate<int>(4, 2);
        using var key = Device.Allocate<float>(4, 2);
        using var one = Device.Allocate<int>(4);
        kernels.GumbelTopK(logWeights, new PhiloxPosition(1), index, key);
        Assert.Equal(1, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
        var chosen = index.ToArray();
        Assert.Equal([-1, -1, -1, -1], chosen[2..6]);
        Assert.DoesNotContain(-1, chosen[..2].Concat(chosen[6..]));
        Assert.Equal([false, false, true, true, true, true, false, false], key.ToArray().Select(float.IsNaN));
        kernels.Categorical(logWeights, new PhiloxPosition(1), one);
        Assert.Equal(2, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
        Assert.Equal(-1, one.ToArray()[2]);
        Assert.Equal(1, one.ToArray()[1]);
        using var empty = Device.Allocate<float>(4, 0);
        kernels.Categorical(empty, new PhiloxPosition(1), one);
        Assert.Equal(0, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
        Assert.Equal([-1, -1, -1, -1], one.ToArray());
        Device.ThrowIfFaulted();
    }
}

/// <summary>GumbelTopK on the SIMD processor.</summary>
public sealed class GumbelTopKOnCpu : GumbelTopKTests<CpuFixture>;

/// <summary>GumbelTopK on the SIMD processor with several threads.</summary>
public sealed class GumbelTopKOnCpuThreads : GumbelTopKTests<CpuThreadsFixture>;
