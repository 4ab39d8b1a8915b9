using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests;

/// <summary>The expectation step of a mixture: a component per row, a datum per feature.</summary>
public sealed class ResponsibilitiesCall(bool keeps) : KernelCall("Responsibilities", keeps ? "kept" : "")
{
    /// <summary>With and without the responsibilities themselves.</summary>
    public static IReadOnlyList<KernelCall> All { get; } = [new ResponsibilitiesCall(false), new ResponsibilitiesCall(true)];

    /// <inheritdoc/>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    public override bool Accepts(Sizes sizes) => sizes.Rows >= 1;

    /// <inheritdoc/>
    public override void Run<T>(Workbench<T> bench)
    {
        long components = bench.Rows, features = bench.Inner, data = bench.Features;
        bench.NaturalParameters.Responsibilities(
            bench.Input("statistics", features, data),
            bench.Input("parameters", components, features),
            bench.InputVector("log weights", components),
            keeps ? bench.Output("responsibilities", components, data) : default,
            bench.OutputVector("counts", components),
            bench.Output("sums", components, features),
            bench.OutputVector("log evidence", 1));
    }
}

/// <summary>The contract of Responsibilities.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ResponsibilitiesTests<TFixture> : DenseKernelSuite<TFixture>
    where TFixture : IDeviceFixture
{
    /// <inheritdoc/>
    protected override IReadOnlyList<KernelCall> Calls => ResponsibilitiesCall.All;

    /// <summary>Every shape of the tiles, and more data than a block.</summary>
    [Fact]
    public void EveryTileMatchesTheReference()
    {
        for (var components = 1; components <= 11; components++)
        {
            for (var features = 0; features <= 18; features++)
            {
                Compare(new Sizes(GraphSamples.Small, components, 4 + 7 * components + features, features), features % 2 == 0 ? Layout.Contiguous : Layout.Strided, Values.Smooth);
            }
        }

        Compare(new Sizes(GraphSamples.Small, 40, 2100, 65), Layout.Strided, Values.Smooth);
        Compare(new Sizes(GraphSamples.Small, 3, 20_003, 5), Layout.Contiguous, Values.Smooth);
    }

    /// <summary>Sums over a million data are right in float to 1e-5: they are blocked.</summary>
    [Fact]
    public void SumsOverAMillionDataAreRightInFloat() =>
        Contract.Compare<float>(ResponsibilitiesCall.All[0], Device, TFixture.Name, new Sizes(GraphSamples.Small, 2, 1_000_000, 2), Layout.Contiguous, Values.Positive, Tolerances.LongSum);
}

/// <summary>Many pieces of data.</summary>
public class ResponsibilitiesDeterminismTests
{
    /// <summary>The same bits for any number of threads.</summary>
    [Fact]
    public void TheSameBitsForEveryNumberOfThreads()
    {
        var sizes = new Sizes(GraphSamples.Small, 6, 30_011, 9);
        using var single = new CpuDevice(1);
        var expected = Contract.Run<float>(ResponsibilitiesCall.All[1], single, sizes, Layout.Contiguous, Values.Smooth, "");
        foreach (var threads in (int[])[2, 3, 8])
        {
            using var device = new CpuDevice(threads);
            var found = Contract.Run<float>(ResponsibilitiesCall.All[1], device, sizes, Layout.Contiguous, Values.Smooth, "");
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Values, pair.Second.Values));
        }
    }
}

/// <summary>Responsibilities where something is impossible, or not a number.</summary>
/// <typeparam name="TFixture">The device.</typeparam>
public abstract class ResponsibilitiesDomainTests<TFixture> : IDisposable
    where TFixture : IDeviceFixture
{
    private const int Data = 19;
    private const int Components = 3;

    private Device Device { get; } = TFixture.Create();

    /// <inheritdoc/>
    public void Dispose()
    {
        Device.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Two components and two data by hand.</summary>
    [Fact]
    public void TwoDataByHand()
    {
        // The odds of datum 0 are 3 : 1, those of datum 1 are 1 : 1.
        var (r, counts, sums, evidence) = Run([1, 0], [Math.Log(3), 0], [Math.Log(2), Math.Log(2)], 2);
        Close([0.75, 0.5, 0.25, 0.5], r);
        Close([1.25, 0.75], counts);
        Close([0.75, 0.25], sums);
        Close([Math.Log(8) + Math.Log(4)], [evidence]);
    }

    /// <summary>Numbers whose exponentials overflow or underflow have the responsibilities of their differences.</summary>
    [Fact]
    public void LargeLogitsKeepTheirDifferences()
    {
        foreach (var shift in (double[])[-1e6, -5000, 5000, 1e6])
        {
            var (r, counts, _, evidence) = Run([1, 1, 1], [shift, shift + Math.Log(3)], [0, 0], 2);
            Close([0.25, 0.25, 0.25, 0.75, 0.75, 0.75], r, 1e-9);
            Close([0.75, 2.25], counts, 1e-9);
            Close([3 * (shift + Math.Log(4))], [evidence]);
        }

        var (far, _, _, _) = Run([1], [0, -2000], [0, 0], 2);
        Close([1, 0], far);
    }

    /// <summary>A component of weight 0 has no data, and changes nothing for the others.</summary>
    [Fact]
    public void AComponentOfWeightZeroHasNoData()
    {
        var u = FamilySamples.Matrix<NaturalElements<Gaussian>, double>(1, Data, 5);
        var (r, counts, sums, evidence) = Run(u, [1, 100, -1], [0.5, double.NegativeInfinity, 0.25], Components);
        var (rOfTwo, countsOfTwo, sumsOfTwo, evidenceOfTwo) = Run(u, [1, -1], [0.5, 0.25], 2);
        Assert.All(r[Data..(2 * Data)], value => Assert.Equal(0, value));
        Close(rOfTwo, [.. r[..Data], .. r[(2 * Data)..]]);
        Close([countsOfTwo[0], 0, countsOfTwo[1]], counts);
        Close([sumsOfTwo[0], 0, sumsOfTwo[1]], sums);
        Close([evidenceOfTwo], [evidence]);
        Device.ThrowIfFaulted();
    }

    /// <summary>Without any component, responsibilities are 0 and the evidence is -∞; without data, all is 0.</summary>
    [Fact]
    public void WhatIsImpossibleIsNotAFault()
    {
        var (r, counts, sums, evidence) = Run(new double[Data], [1, 1], [double.NegativeInfinity, double.NegativeInfinity], 2);
        Assert.All([.. r, .. counts, .. sums], value => Assert.Equal(0, value));
        Assert.Equal(double.NegativeInfinity, evidence);
        Device.ThrowIfFaulted();

        (r, counts, sums, evidence) = Run([], [1, 1], [0, 0], 2);
        Assert.Empty(r);
        Assert.All([.. counts, .. sums, evidence], value => Assert.Equal(0, value));
    }

    /// <summary>A logit that is NaN or +∞ makes its datum NaN, and is reported by the datum's number; other data keep their responsibilities.</summary>
    [Fact]
    public void ALogitThatIsNoNumberIsReported()
    {
        var u = FamilySamples.Matrix<NaturalElements<Gaussian>, double>(1, Data, 5);
        var (expected, _, _, _) = Run(u, [1, 2, -1], [0.5, 0, 0.25], Components);
        foreach (var bad in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity])
        {
            foreach (var place in (int[])[3, Data - 1])
            {
                var spoiled = (double[])u.Clone();
                spoiled[place] = bad;
                var (r, counts, sums, evidence) = Run(spoiled, [1, 2, -1], [0.5, 0, 0.25], Components);
                Assert.Equal(place, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
                Assert.All([.. counts, .. sums, evidence], value => Assert.Equal(double.NaN, value));
                for (var i = 0; i < r.Length; i++)
                {
                    Assert.Equal(i % Data == place ? double.NaN : expected[i], r[i]);
                }
            }
        }

        Run(u, [1, 2, -1], [0.5, double.NaN, 0.25], Components);
        Assert.Equal(0, Assert.Throws<DeviceFaultException>(Device.ThrowIfFaulted).Index);
    }

    /// <summary>A mixture without components is refused.</summary>
    [Fact]
    public void AMixtureHasComponents()
    {
        using var none = Device.Allocate<double>(0);
        using var parameters = Device.Allocate<double>(0, 1);
        using var u = Device.Allocate<double>(1, 4);
        using var evidence = Device.Allocate<double>(1);
        Assert.Equal("parameters", Assert.Throws<ArgumentException>(() => Device.NaturalParameters<double>().Responsibilities(u, parameters, none, default, none, parameters, evidence)).ParamName);
    }

    private static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<double> found, double tolerance = 1e-14) => Contract.AssertClose(found, expected, tolerance, "");

    // One statistic.
    private (double[] R, double[] Counts, double[] Sums, double Evidence) Run(double[] statistics, double[] parameters, double[] logWeights, int components)
    {
        using var u = Device.Upload(statistics, 1, statistics.Length);
        using var eta = Device.Upload(parameters, components, 1);
        using var weights = Device.Upload(logWeights);
        using var r = Device.Allocate<double>(components, statistics.Length);
        using var counts = Device.Allocate<double>(components);
        using var sums = Device.Allocate<double>(components, 1);
        using var evidence = Device.Allocate<double>(1);
        Device.NaturalParameters<double>().Responsibilities(u, eta, weights, r, counts, sums, evidence);
        return (r.ToArray(), counts.ToArray(), sums.ToArray(), evidence.ToArray()[0]);
    }
}

/// <summary>Responsibilities on the SIMD processor.</summary>
public sealed class ResponsibilitiesOnCpu : ResponsibilitiesTests<CpuFixture>;

/// <summary>Responsibilities on the SIMD processor with several threads.</summary>
public sealed class ResponsibilitiesOnCpuThreads : ResponsibilitiesTests<CpuThreadsFixture>;

/// <summary>What is impossible or no number, on the SIMD processor.</summary>
public sealed class ResponsibilitiesDomainOnCpu : ResponsibilitiesDomainTests<CpuFixture>;

/// <summary>What is impossible or no number, on the SIMD processor with several threads.</summary>
public sealed class ResponsibilitiesDomainOnCpuThreads : ResponsibilitiesDomainTests<CpuThreadsFixture>;

/// <summary>What is impossible or no number, on the reference device.</summary>
public sealed class ResponsibilitiesDomainOnReference : ResponsibilitiesDomainTests<ReferenceFixture>;
