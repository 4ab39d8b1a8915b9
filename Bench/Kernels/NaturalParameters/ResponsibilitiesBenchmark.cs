using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Responsibilities</c>: the expectation step of a few components in two dimensions, and of many in ten.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ResponsibilitiesBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Mixture _few = null!;
    private Mixture _many = null!;

    [Benchmark]
    public void ThreeComponentsOfTenThousandData() => _few.Run();

    [Benchmark]
    public void FortyComponentsOfTwoThousandData() => _many.Run();

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _few = new Mixture(this, 3, 5, 10_000);
        _many = new Mixture(this, 40, 65, 2000);
    }

    private sealed class Mixture(ResponsibilitiesBenchmark<T> owner, long components, long features, long data)
    {
        private readonly DeviceTensor<T> _statistics = owner.Random(features, data);
        private readonly DeviceTensor<T> _parameters = owner.Random(components, features);
        private readonly DeviceTensor<T> _logWeights = owner.Random(components);
        private readonly DeviceTensor<T> _counts = owner.Allocate(components);
        private readonly DeviceTensor<T> _sums = owner.Allocate(components, features);
        private readonly DeviceTensor<T> _logEvidence = owner.Allocate(1);

        public void Run()
        {
            owner.Device.NaturalParameters<T>().Responsibilities(_statistics, _parameters, _logWeights, default, _counts, _sums, _logEvidence);
            owner.Device.Synchronize();
        }
    }
}
