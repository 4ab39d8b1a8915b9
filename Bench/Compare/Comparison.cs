using Native.Kernels;

namespace Native.Bench;

/// <summary>A peer that did not run.</summary>
/// <param name="Peer">Its name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Row">The row it is missing from.</param>
internal sealed record MissingPeer(string Peer, string Reason, string Row);

/// <summary>Times our kernels and the peers on the same work, alternating in one process.</summary>
/// <remarks>
/// A round runs everyone once, one after the other, so that whatever else the machine does falls on all of them alike; medians over the
/// rounds are reported. The machine's limits are taken in every round too, because the clock and the neighbours of a shared machine drift.
/// With several settings (numbers of threads), all of them take turns in the same rounds.
/// </remarks>
internal sealed class Comparison
{
    private const int MostRounds = 40;
    private const int MostResamples = 400;
    private static readonly TimeSpan LimitSample = TimeSpan.FromMilliseconds(1);

    private readonly IReadOnlyList<CompareSettings> _settings;
    private readonly IReadOnlyList<ProcessorRoofline> _rooflines;
    private readonly CancellationToken _stop;
    private readonly TimeSpan _firstWarmUp;
    private readonly TimeSpan _warmUp;
    private readonly TimeSpan _budget;
    private readonly int _fewestRounds;
    private readonly HashSet<(string Kernel, string Precision, string? Name, CompareEntry? Entry)> _compiled = [];

    /// <summary>Prepares comparisons.</summary>
    /// <param name="settings">What every row is run for; the last one is the one that scaling is stated for, relative to the first.</param>
    /// <param name="quick">Shorter measurements.</param>
    /// <param name="stop">Ends them early.</param>
    public Comparison(IReadOnlyList<CompareSettings> settings, bool quick, CancellationToken stop)
    {
        _settings = settings;
        _stop = stop;
        _rooflines = [.. settings.Select(setting => new ProcessorRoofline(setting.Threads, setting.Caches, stop))];

        // The runtime compiles a method again after 30 calls and a tenth of a second, in the background.
        _firstWarmUp = TimeSpan.FromMilliseconds(quick ? 200 : 300);
        _warmUp = TimeSpan.FromMilliseconds(quick ? 20 : 40);
        _budget = TimeSpan.FromMilliseconds(quick ? 80 : 150);
        _fewestRounds = quick ? 3 : 7;
    }

    /// <summary>Runs one line of the catalogue.</summary>
    /// <param name="entry">The line.</param>
    /// <param name="missing">Receives the peers that could not run, with the reason.</param>
    /// <returns>For each setting a row for each peer that ran, or one row without a peer.</returns>
    /// <exception cref="BenchException">A peer's result differs from ours.</exception>
    public IReadOnlyList<CompareResult> Run(CompareEntry entry, ICollection<MissingPeer> missing)
    {
        var fields = new List<Field>();
        var owned = new Stack<IDisposable>();
        try
        {
            foreach (var (setting, roofline) in _settings.Zip(_rooflines))
            {
                ProcessMemory.ResetPeak();
                setting.Device.ResetPeakBytes();
                var ours = entry.Create(setting);
                owned.Push(ours);
                var field = new Field(setting, roofline, ours, new Contestant(null, setting.Threads, ours.Run));
                WarmUp(entry, field.Ours);
                field.ProcessPeakBytes = ProcessMemory.PeakBytes;
                field.DevicePeakBytes = setting.Device.PeakBytes;
                fields.Add(field);
            }

            foreach (var field in fields)
            {
                foreach (var peer in field.Case.Peers)
                {
                    Enter(entry, field, peer, owned, missing);
                }
            }

            Measure(entry, fields);
            return [.. fields.SelectMany(field => Results(entry, field, fields[0]))];
        }
        finally
        {
            while (owned.TryPop(out var disposable))
            {
                disposable.Dispose();
            }

            foreach (var roofline in _rooflines)
            {
                roofline.Release();
            }
        }
    }

    private static string Row(CompareEntry entry) => $"{entry.Kernel} {entry.Shape} {entry.Layout} {entry.Precision}";

    private void Enter(CompareEntry entry, Field field, Peer peer, Stack<IDisposable> owned, ICollection<MissingPeer> missing)
    {
        if (peer.Missing is { } reason)
        {
            missing.Add(new MissingPeer(peer.Name, reason, Row(entry)));
            return;
        }

        try
        {
            var run = peer.Create();
            owned.Push(run);
            var contestant = new Contestant(peer.Name, field.Setting.Threads, run.Run, run.Prepare);
            WarmUp(entry, contestant);
            Check(entry, peer.Name, run);
            field.Peers.Add(contestant);
        }
        catch (Exception exception) when (exception is not (BenchException or OperationCanceledException))
        {
            // Libraries differ in the types and operators they have, and tell by exceptions of their own.
            missing.Add(new MissingPeer(peer.Name, $"failed: {exception.Message.Split('\n')[0]}", Row(entry)));
        }
    }

    private static void Check(CompareEntry entry, string peer, PeerRun run)
    {
        // Sums of many terms in another order; a wrong result is off by far more.
        var tolerance = entry.Precision == Shapes.Double ? 1e-9 : 1e-3;
        if (run.Difference() is { } difference && !(difference <= tolerance))
        {
            throw new BenchException($"compare: the result of {Row(entry)} differs from that of {peer} by {difference:G3}, more than {tolerance:G3}.");
        }
    }

    /// <summary>Ours may take a path of its own through the code for each row; peers are the same code for all rows of a kernel.</summary>
    private void WarmUp(CompareEntry entry, Contestant contestant) =>
        contestant.WarmUp(
            _compiled.Add((entry.Kernel, entry.Precision, contestant.Name, contestant.Name is null ? entry : null)) ? _firstWarmUp : _warmUp,
            _stop);

    private void Measure(CompareEntry entry, List<Field> fields)
    {
        // Ours decides on the rounds; a peer that would take too long for all of them takes part in some, evenly spread.
        var rounds = Math.Max(Math.Min(3, _fewestRounds), fields.Max(field => Rounds(field.Ours, MostRounds)));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var field in fields)
            {
                TakeTurn(field.Ours, round, rounds, rounds);
                foreach (var peer in field.Peers)
                {
                    TakeTurn(peer, round, rounds, Rounds(peer, rounds));
                }

                var work = field.Case.Work;
                if (work.Operations > 0)
                {
                    field.OperationRates.Add(entry.Precision == Shapes.Double
                        ? field.Roofline.CurrentMultiplyAddRate<double>(LimitSample)
                        : field.Roofline.CurrentMultiplyAddRate<float>(LimitSample));
                }

                if (work.Bytes > 0)
                {
                    field.ByteRates.Add(field.Roofline.CurrentReadRate(work.Level, LimitSample));
                }
            }
        }
    }

    private int Rounds(Contestant contestant, int most)
    {
        var affordable = _budget / contestant.SampleTime;
        var fewest = affordable < 0.2 ? 1 : affordable < 0.5 ? 2 : affordable < 1 ? Math.Min(3, _fewestRounds) : _fewestRounds;
        return (int)Math.Min(most, Math.Max(affordable, fewest));
    }

    private void TakeTurn(Contestant contestant, int round, int rounds, int turns)
    {
        _stop.ThrowIfCancellationRequested();
        if ((round + 1) * turns / rounds == round * turns / rounds)
        {
            contestant.Skip();
            return;
        }

        contestant.Sample();
    }

    private static IEnumerable<CompareResult> Results(CompareEntry entry, Field field, Field first)
    {
        var work = field.Case.Work;
        var floor = work.Floor(Limit(field.OperationRates), Limit(field.ByteRates));
        var milliseconds = field.Ours.Median;
        var result = new CompareResult(
            entry.Kernel,
            entry.Shape,
            entry.Layout,
            entry.Precision,
            field.Setting.Threads,
            milliseconds,
            null,
            null,
            null,
            work.Limit,
            work.Amount / floor / 1e9,
            floor * 1000 / milliseconds,
            field.DevicePeakBytes)
        {
            Spread = field.Ours.Spread,
            Scaling = field == first ? null : first.Ours.Median / milliseconds,
            ProcessPeakBytes = field.ProcessPeakBytes,
            FloorMilliseconds = floor * 1000,
            IsMain = entry.IsMain,
        };

        return field.Peers.Count == 0 ? [result] : field.Peers.Select(peer =>
        {
            var (low, high) = SpeedupInterval(field.Ours.Milliseconds, peer.Milliseconds);
            return result with
            {
                Peer = peer.Name,
                PeerMilliseconds = peer.Median,
                Speedup = peer.Median / milliseconds,
                SpeedupLow = low,
                SpeedupHigh = high,
            };
        });
    }

    /// <summary>The upper quartile: whoever else uses the machine can only lower a rate, and a single window before the clock has settled may be too high.</summary>
    private static double Limit(List<double> rates) => rates.Count > 0 ? Statistics.Quantile(rates, 0.75) : 0;

    /// <summary>Where the ratio of the medians lies in 95 of 100 draws of the rounds with repetition (the bootstrap): noise is seen in its width.</summary>
    internal static (double Low, double High) SpeedupInterval(IReadOnlyList<double> ours, IReadOnlyList<double> peer)
    {
        List<int> rounds = [.. Enumerable.Range(0, ours.Count).Where(round => !double.IsNaN(ours[round]) && !double.IsNaN(peer[round]))];
        var random = new Random(1);
        var ratios = new double[MostResamples];
        var drawnOurs = new double[rounds.Count];
        var drawnPeer = new double[rounds.Count];
        for (var i = 0; i < ratios.Length; i++)
        {
            for (var j = 0; j < rounds.Count; j++)
            {
                var round = rounds[random.Next(rounds.Count)];
                (drawnOurs[j], drawnPeer[j]) = (ours[round], peer[round]);
            }

            ratios[i] = Statistics.Median(drawnPeer) / Statistics.Median(drawnOurs);
        }

        return (Statistics.Quantile(ratios, 0.025), Statistics.Quantile(ratios, 0.975));
    }

    /// <summary>Those who take turns at one number of threads, and what was seen of the limits meanwhile.</summary>
    private sealed class Field(CompareSettings setting, ProcessorRoofline roofline, CompareCase @case, Contestant ours)
    {
        public CompareSettings Setting => setting;

        public ProcessorRoofline Roofline => roofline;

        public CompareCase Case => @case;

        public Contestant Ours => ours;

        public List<Contestant> Peers { get; } = [];

        public List<double> OperationRates { get; } = [];

        public List<double> ByteRates { get; } = [];

        public long ProcessPeakBytes { get; set; }

        public long DevicePeakBytes { get; set; }
    }
}
