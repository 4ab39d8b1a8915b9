using Native.Kernels;

namespace Native.Tests;

/// <summary>Messages and beliefs of factors with tables of one shape, one factor per feature.</summary>
public sealed class FactorMessagesCall<TSemiring>(int variables, double damping, bool shared) : KernelCall(
    "FactorMessages", $"{typeof(TSemiring).Name}, {variables} {(variables == 1 ? "variable" : "variables")}{(damping > 0 ? ", damped" : "")}{(shared ? ", one table" : "")}")
    where TSemiring : struct, ISemiring
{
    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool AnyNonFiniteWillDo => true;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => !shared || sizes.Features != 1;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        var factors = bench.Features;
        var (a, b, c) = (2, 1 + bench.Inner % 4, 3);
        DeviceMatrix<T> x = bench.Input("incoming0", a, factors), toX = bench.Output("outgoing0", a, factors), oldX = bench.Input("previous0", a, factors);
        DeviceMatrix<T> y = default, toY = default, oldY = default, z = default, oldZ = default;
        if (variables > 1)
        {
            (y, toY, oldY) = (bench.Input("incoming1", b, factors), bench.Output("outgoing1", b, factors), bench.Input("previous1", b, factors));
        }

        if (variables > 2)
        {
            // The message to the third variable is not asked for.
            (z, oldZ) = (bench.Input("incoming2", c, factors), oldX);
        }

        var tables = bench.Input("tables", (variables > 2 ? c : 1) * (variables > 1 ? b : 1) * a, shared ? 1 : factors);
        ReadOnlySpan<DeviceMatrix<T>> incoming = [x, y, z];
        ReadOnlySpan<DeviceMatrix<T>> previous = [oldX, oldY, oldZ];
        ReadOnlySpan<DeviceMatrix<T>> outgoing = [toX, toY, default];
        bench.Messages.FactorMessages<TSemiring>(tables, incoming[..variables], previous[..variables], outgoing[..variables], damping, bench.Output("change", 1, factors));
        bench.Messages.FactorBeliefs<TSemiring>(tables, incoming[..variables], bench.Output("beliefs", tables.Rows, factors), bench.Output("energy", 1, factors));
    }
}

/// <summary>All variants of factor messages.</summary>
public static class FactorMessagesCalls
{
    /// <summary>The variants.</summary>
    public static IReadOnlyList<KernelCall> All { get; } =
    [
        new FactorMessagesCall<SumProduct>(1, 0, false),
        new FactorMessagesCall<SumProduct>(2, 0, true),
        new FactorMessagesCall<SumProduct>(2, 0.25, false),
        new FactorMessagesCall<SumProduct>(3, 0, false),
        new FactorMessagesCall<MaxProduct>(2, 0, false),
        new FactorMessagesCall<MaxProduct>(3, 0.5, true),
    ];
}

/// <summary>The contract of factor messages.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class FactorMessagesTests<TFixture> : KernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => FactorMessagesCalls.All;

    /// <summary>A table forbids what its -∞ entries say, whatever the messages are; a message of -∞ alone stays one; nothing becomes NaN.</summary>
    [Fact]
    public void ForbiddenStatesStayForbidden()
    {
        const double Never = double.NegativeInfinity;
        using var tables = Device.Upload([0, Never, Never, Never, Never, 0, Never, Never], 4, 2);
        using var first = Device.Upload([0, Never, Never, Never], 2, 2);
        using var second = Device.Upload([Never, 0, 0, Never], 2, 2);
        using var toFirst = Device.Allocate<double>(2, 2);
        using var toSecond = Device.Allocate<double>(2, 2);
        using var change = Device.Allocate<double>(1, 2);
        using var beliefs = Device.Allocate<double>(4, 2);
        using var energy = Device.Allocate<double>(1, 2);
        Device.Messages<double>().FactorMessages<SumProduct>(tables, [first, second], [toFirst, toSecond], [toFirst, toSecond], 0, change);
        Device.Messages<double>().FactorBeliefs<SumProduct>(tables, [first, second], beliefs, energy);

        // Factor 0 allows (0, 0) alone, of which the second variable says 0: nothing is left for the first. Factor 1 allows (1, 0).
        Assert.Equal([Never, Never, Never, 0], toFirst.ToArray());
        Assert.Equal([0, Never, Never, Never], toSecond.ToArray());
        Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], change.ToArray());
        Assert.All(beliefs.ToArray(), belief => Assert.Equal(Never, belief));
        Assert.Equal([0, 0], energy.ToArray());
    }

    /// <summary>Damping that is 0 takes nothing from an old -∞; damping above 0 keeps it.</summary>
    [Fact]
    public void DampingOfInfinities()
    {
        using var tables = Device.Upload<double>([0, 0], 2, 1);
        using var incoming = Device.Upload<double>([0, 0], 2, 1);
        using var previous = Device.Upload<double>([double.NegativeInfinity, 0], 2, 1);
        using var outgoing = Device.Allocate<double>(2, 1);
        Device.Messages<double>().FactorMessages<MaxProduct>(tables, [incoming], [previous], [outgoing]);
        Assert.Equal([0, 0], outgoing.ToArray());
        Device.Messages<double>().FactorMessages<MaxProduct>(tables, [incoming], [previous], [outgoing], 0.5);
        Assert.Equal([double.NegativeInfinity, 0], outgoing.ToArray());
    }

    /// <summary>Wrong tables, counts and dampings are named.</summary>
    [Fact]
    public void BadArgumentsAreNamed()
    {
        using var tables = Device.Allocate<float>(6, 5);
        using var two = Device.Allocate<float>(2, 5);
        using var three = Device.Allocate<float>(3, 5);
        using var other = Device.Allocate<float>(2, 5);
        var messages = Device.Messages<float>();
        Assert.Equal("damping", Assert.Throws<ArgumentOutOfRangeException>(() => messages.FactorMessages<SumProduct>(tables, [two, three], [two, three], [other, default], 1)).ParamName);
        Assert.Equal("outgoing", Assert.Throws<ArgumentException>(() => messages.FactorMessages<SumProduct>(tables, [two, three], [two, three], [other])).ParamName);
        Assert.Equal("tables", Assert.Throws<ArgumentException>(() => messages.FactorMessages<SumProduct>(tables, [two, two], [two, two], [other, default])).ParamName);
        Assert.Equal("outgoing[0]", Assert.Throws<ArgumentException>(() => messages.FactorMessages<SumProduct>(tables, [two, three], [two, three], [two, default])).ParamName);
        Assert.Equal("incoming", Assert.Throws<ArgumentException>(() => messages.FactorMessages<SumProduct>(tables, [], [], [])).ParamName);
    }
}

/// <summary>FactorMessages on the SIMD processor.</summary>
public sealed class FactorMessagesOnCpu : FactorMessagesTests<CpuFixture>;

/// <summary>FactorMessages on the SIMD processor with several threads.</summary>
public sealed class FactorMessagesOnCpuThreads : FactorMessagesTests<CpuThreadsFixture>;
