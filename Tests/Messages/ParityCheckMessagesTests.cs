using Native.Kernels;
using Native.Kernels.Reference;

namespace Native.Tests;

/// <summary>Messages of parity checks, one code word per feature.</summary>
public sealed class ParityCheckMessagesCall<TSemiring>() : KernelCall("ParityCheckMessages", typeof(TSemiring).Name)
    where TSemiring : struct, ISemiring
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool TakesSpecialValues => false;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench) =>
        bench.Messages.ParityCheckMessages<TSemiring>(bench.Graph.Destination, bench.Input("incoming", bench.Edges, bench.Features), bench.Output("outgoing", bench.Edges, bench.Features));
}

/// <summary>All variants of the messages of parity checks.</summary>
public static class ParityCheckMessagesCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new ParityCheckMessagesCall<SumProduct>(), new ParityCheckMessagesCall<MaxProduct>()];
}

/// <summary>The contract of the messages of parity checks.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ParityCheckMessagesTests<TFixture> : KernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => ParityCheckMessagesCalls.All;

    /// <summary>Sizes from nothing to beyond the range of the exponential, side by side in one register, with both signs.</summary>
    [Fact]
    public void SmallAndLargeSizesMatchTheReference()
    {
        Compare<float>(2e-6);
        Compare<double>(2e-15);

        void Compare<T>(double tolerance)
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        {
            const int Words = 40;
            using var reference = new ReferenceDevice();
            T[] values = [.. Enumerable.Range(0, 6 * Words).Select(i => T.CreateTruncating(Math.CopySign(Math.Pow(10, i * 7 % Words / 5.0 - 4), Math.Sin(i))))];
            T[] expected = Messages<SumProduct, T>(reference, values, [0, 1, 0, 0, 1, 0]), found = Messages<SumProduct, T>(Device, values, [0, 1, 0, 0, 1, 0]);
            for (var i = 0; i < found.Length; i++)
            {
                var wanted = double.CreateChecked(expected[i]);
                Assert.Equal(wanted, double.CreateChecked(found[i]), tolerance * Math.Max(1, Math.Abs(wanted)));
            }
        }
    }

    /// <summary>Checks of more bits than the range of the numbers has powers of two; sizes as small as they are many, settled ones, equal ones, and NaN in one bit.</summary>
    [Theory]
    [InlineData(1e-3)]
    [InlineData(3.0)]
    [InlineData(1e15)]
    public void LongChecksMatchTheReference(double size)
    {
        Compare<SumProduct, float>(2e-5);
        Compare<SumProduct, double>(2e-14);
        Compare<MaxProduct, float>(0);
        Compare<MaxProduct, double>(0);

        void Compare<TSemiring, T>(double tolerance)
            where TSemiring : struct, ISemiring
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        {
            const int Bits = 300, Words = 19;
            using var reference = new ReferenceDevice();
            var random = new Random(1);
            T[] values = [.. Enumerable.Range(0, Bits * Words).Select(i => T.CreateTruncating(i % Words == 1 ? -size : size * (0.5 + random.NextDouble()) * Math.Sign(random.NextDouble() - 0.5)))];
            values[7 * Words + 2] = T.NaN;
            T[] expected = Messages<TSemiring, T>(reference, values, new int[Bits]), found = Messages<TSemiring, T>(Device, values, new int[Bits]);
            for (var i = 0; i < found.Length; i++)
            {
                double wanted = double.CreateChecked(expected[i]), got = double.CreateChecked(found[i]);
                Assert.True(i % Words == 2 && i / Words != 7 ? double.IsNaN(wanted) && double.IsNaN(got) : Math.Abs(wanted - got) <= tolerance * Math.Max(1, Math.Abs(wanted)), $"{i}: {wanted}, {got}");
            }
        }
    }

    /// <summary>Certain bits, single bits and bits nothing is known of.</summary>
    [Fact]
    public void InfinitiesAreCertainBits()
    {
        const double Certain = double.PositiveInfinity;
        using var index = Device.Upload(EdgeIndex.Create([0, 0, 0, 1], 2));
        using var incoming = Device.Upload([Certain, -Certain, 5, 0, -Certain, -Certain, -2, 1], 4, 2);
        using var outgoing = Device.Allocate<double>(4, 2);
        Device.Messages<double>().ParityCheckMessages<SumProduct>(index, incoming, outgoing);

        // In word 0 the bits of check 0 are +∞, 5, -∞; in word 1 they are -∞, 0, -∞.
        double[] expected = [-5, 0, -Certain, Certain, 5, 0, Certain, Certain];
        var found = outgoing.ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], Math.Abs(found[i]) == 0 ? 0 : found[i], 1e-14);
        }
    }

    private static T[] Messages<TSemiring, T>(Device device, T[] values, int[] checks)
        where TSemiring : struct, ISemiring
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        using var index = device.Upload(EdgeIndex.Create(checks, checks.Max() + 1));
        using var incoming = device.Upload(values, checks.Length, values.Length / checks.Length);
        using var outgoing = device.Allocate<T>(checks.Length, values.Length / checks.Length);
        device.Messages<T>().ParityCheckMessages<TSemiring>(index, incoming, outgoing);
        return outgoing.ToArray();
    }
}

/// <summary>ParityCheckMessages on the SIMD processor.</summary>
public sealed class ParityCheckMessagesOnCpu : ParityCheckMessagesTests<CpuFixture>;

/// <summary>ParityCheckMessages on the SIMD processor with several threads.</summary>
public sealed class ParityCheckMessagesOnCpuThreads : ParityCheckMessagesTests<CpuThreadsFixture>;
