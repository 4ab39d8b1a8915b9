using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>expected-statistics</c>: the moments of a plate of Gamma and of Dirichlet variables, which are digamma functions and logarithms.</summary>
internal static class ExpectedStatisticsRows
{
    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        from size in ((string Family, int Rows, int Variables, bool Quick)[])[("gamma", 2, 1 << 17, true), ("dirichlet", 8, 1 << 16, false)]
        select new CompareEntry(
            "expected-statistics",
            $"k{size.Rows} n{size.Variables}",
            size.Family,
            precision,
            size.Quick && precision == Shapes.Double,
            settings => (precision == Shapes.Float, size.Family == "gamma") switch
            {
                (true, true) => new Case<float, Gamma>(settings, size.Rows, size.Variables),
                (true, false) => new Case<float, Dirichlet>(settings, size.Rows, size.Variables),
                (false, true) => new Case<double, Gamma>(settings, size.Rows, size.Variables),
                (false, false) => new Case<double, Dirichlet>(settings, size.Rows, size.Variables),
            });

    private sealed class Case<T, TFamily> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFamily : struct, IExponentialFamily
    {
        private readonly int _rows;
        private readonly int _variables;
        private readonly T[] _eta;
        private readonly DeviceTensor<T> _deviceEta;
        private readonly DeviceTensor<T> _mean;

        public Case(CompareSettings settings, int rows, int variables)
            : base(settings)
        {
            _rows = rows;
            _variables = variables;
            _eta = Shapes.Random<T>((long)rows * variables, 1);
            for (var i = 0; i < _eta.Length; i++)
            {
                // Shapes in [½, 8½), rates in [½, 2½).
                _eta[i] = typeof(TFamily) == typeof(Gamma) && i >= variables
                    ? T.CreateTruncating(-1.5) + _eta[i]
                    : T.CreateTruncating(3.5) + T.CreateTruncating(4) * _eta[i];
            }

            _deviceEta = Upload(_eta, rows, variables);
            _mean = Allocate(rows, variables);
        }

        // Reads the natural parameters, writes the moments; the functions between take longer than either.
        public override Work Work => Work.OfBytes(2.0 * Bytes, Caches.LevelOf(2 * Bytes, Threads));

        public override IReadOnlyList<Peer> Peers
        {
            get
            {
                var result = new Lazy<T[]>(() => new T[_eta.Length]);
                return
                [
                    Peer.Available("plain loop", Bytes, () => new PeerRun(
                        () => PlainLoops.Ranges(_variables, Threads, (start, end) => PlainMoments(result.Value, start, end)),
                        () => Shapes.Difference<T>(_mean.ToArray(), result.Value, 1))),
                ];
            }
        }

        private long Bytes => (long)_eta.Length * ElementSize;

        protected override void Launch() => Device.NaturalParameters<T>().ExpectedStatistics<TFamily>(_deviceEta, _mean);

        private void PlainMoments(T[] mean, int start, int end)
        {
            for (var i = start; i < end; i++)
            {
                if (typeof(TFamily) == typeof(Gamma))
                {
                    var (shape, rate) = (_eta[i] + T.One, -_eta[_variables + i]);
                    mean[i] = T.CreateTruncating(Digamma(double.CreateTruncating(shape))) - T.Log(rate);
                    mean[_variables + i] = shape / rate;
                    continue;
                }

                double total = 0;
                for (var k = 0; k < _rows; k++)
                {
                    total += 1 + double.CreateTruncating(_eta[k * _variables + i]);
                }

                var ofTotal = Digamma(total);
                for (var k = 0; k < _rows; k++)
                {
                    mean[k * _variables + i] = T.CreateTruncating(Digamma(1 + double.CreateTruncating(_eta[k * _variables + i])) - ofTotal);
                }
            }
        }

        // The recurrence up to 6, then the asymptotic series: what everybody writes.
        private static double Digamma(double x)
        {
            double shifts = 0;
            for (; x < 6; x++)
            {
                shifts -= 1 / x;
            }

            var w = 1 / (x * x);
            return shifts + Math.Log(x) - 0.5 / x - w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 - w * (691.0 / 32760 - w / 12))))));
        }
    }
}
