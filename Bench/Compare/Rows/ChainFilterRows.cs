using Native.Models;

namespace Native.Bench;

/// <summary><c>chain-filter</c>: exact posteriors of a chain of two-dimensional states, forward and backward.</summary>
internal static class ChainFilterRows
{
    private const int Times = 10_000;

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
    [
        new("chain-filter", $"t{Times} d2", "exact", Shapes.Double, true, settings => new Case(settings)),
    ];

    private sealed class Case : DeviceCase<double>
    {
        private readonly double[] _x = new double[2 * Times];
        private readonly LinearGaussianChain _chain;

        public Case(CompareSettings settings)
            : base(settings)
        {
            // A rotation by π/15 with noise of variance 0.05, seen through diag(1.3, 0.7) and noise of variance 10; the first state has variance 100.
            var random = new SplitMix64(1);
            double a = 10 * random.Normal(), b = 10 * random.Normal(), cos = Math.Cos(Math.PI / 15), sin = Math.Sin(Math.PI / 15);
            for (var t = 0; t < Times; t++)
            {
                if (t > 0)
                {
                    (a, b) = (cos * a - sin * b + Math.Sqrt(0.05) * random.Normal(), sin * a + cos * b + Math.Sqrt(0.05) * random.Normal());
                }

                _x[2 * t] = 1.3 * a + Math.Sqrt(10) * random.Normal();
                _x[2 * t + 1] = 0.7 * b + Math.Sqrt(10) * random.Normal();
            }

            _chain = new LinearGaussianChain(
                Device,
                new LinearGaussianChainParameters([cos, -sin, sin, cos], [1.3, 0, 0, 0.7], [0, 0], [0.01, 0, 0, 0.01], [20, 0, 0, 20], [0.1, 0, 0, 0.1]),
                _x);
            Own(new VariationalGraph<double>(Device).Add(_chain));
        }

        // Forward and backward a factorisation and two products of 2 × 2 matrices; no time can begin before the one beside it has ended, which takes far longer than its operations.
        public override Work Work => Work.OfOperations(2.0 * Times * (2 * 24 + 8));

        public override IReadOnlyList<Peer> Peers =>
        [
            Peer.Available(PlainBeliefPropagation.Name, 12L * sizeof(double) * Times, () =>
            {
                double cos = Math.Cos(Math.PI / 15), sin = Math.Sin(Math.PI / 15);
                var peer = new PlainKalman(_x, [cos, -sin, sin, cos], [1.3, 0, 0, 0.7], [0, 0], [100, 0, 0, 100], [0.05, 0, 0, 0.05], [10, 0, 0, 10]);
                return new PeerRun(
                    peer.Run,
                    () => Math.Max(Shapes.Difference<double>(_chain.Mean, peer.Means), Shapes.Difference<double>(_chain.Covariance, peer.Covariances)));
            }),
        ];

        protected override void Launch() => _chain.Update();
    }
}
