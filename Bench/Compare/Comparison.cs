using System.Diagnostics;

namespace Native.Bench;

/// <summary>Times our kernels and the peers on the same work, alternating in one process.</summary>
/// <remarks>
/// A round runs everyone once, one after the other, so that whatever else the machine does falls on all of them alike; the median over the
/// rounds is reported. The multiply-add peak is taken in every round too, because the clock of a shared machine drifts.
/// </remarks>
internal sealed class Comparison(CompareSettings settings, bool quick, CancellationToken stop)
{
    private const int MaximumRounds = 2000;
    private static readonly TimeSpan PeakSample = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ShortestSample = TimeSpan.FromMilliseconds(10);

    // Longer work fills the caches itself; an untimed call would only make its row take twice as long.
    private static readonly TimeSpan ColdCachesMatter = TimeSpan.FromMilliseconds(50);

    private readonly ProcessorRoofline _roofline = new(settings.Threads, settings.Caches, stop);
    private readonly TimeSpan _warmUp = TimeSpan.FromMilliseconds(quick ? 150 : 400);
    private readonly TimeSpan _measuring = TimeSpan.FromMilliseconds(quick ? 250 : 1000);
    private readonly int _fewestRounds = quick ? 3 : 5;

    /// <summary>Runs one line of the catalogue.</summary>
    /// <param name="entry">The line.</param>
    /// <param name="missing">Receives the peers that could not run, with the reason.</param>
    /// <returns>A row for each peer that ran, or one row without a peer.</returns>
    /// <exception cref="BenchException">A peer's result differs from ours.</exception>
    public IReadOnlyList<CompareResult> Run(CompareEntry entry, ICollection<(string Peer, string Reason)> missing)
    {
        ProcessMemory.ResetPeak();
        settings.Device.ResetPeakBytes();
        using var ours = entry.Create(settings);
        var contestants = new List<Contestant> { new(null, ours.Run, null) };
        try
        {
            WarmUp(contestants[0]);
            var processPeak = ProcessMemory.PeakBytes;
            var devicePeak = settings.Device.PeakBytes;
            foreach (var peer in ours.Peers)
            {
                if (peer.Missing is not null)
                {
                    missing.Add((peer.Name, peer.Missing));
                    continue;
                }

                var run = peer.Create();
                contestants.Add(new(peer.Name, run.Run, run));
                WarmUp(contestants[^1]);
                Check(entry, peer.Name, run);
            }

            var work = ours.Work;
            var bytesPerSecond = work.Bytes > 0 ? _roofline.ReadBandwidth(work.Level) : 0;
            var operationsPerSecond = entry.Precision == "double"
                ? Measure<double>(contestants, work)
                : Measure<float>(contestants, work);

            var floor = work.Floor(operationsPerSecond, bytesPerSecond);
            var milliseconds = contestants[0].Median();
            var results = new List<CompareResult>();
            for (var i = Math.Min(1, contestants.Count - 1); i < contestants.Count; i++)
            {
                double? peerMilliseconds = i == 0 ? null : contestants[i].Median();
                results.Add(new CompareResult(
                    entry.Kernel,
                    entry.Shape,
                    entry.Layout,
                    entry.Precision,
                    settings.Threads,
                    milliseconds,
                    contestants[i].Name,
                    peerMilliseconds,
                    peerMilliseconds / milliseconds,
                    work.Limit,
                    work.Amount / floor / 1e9,
                    floor * 1000 / milliseconds,
                    devicePeak)
                {
                    ProcessPeakBytes = processPeak,
                    FloorMilliseconds = floor * 1000,
                });
            }

            return results;
        }
        finally
        {
            foreach (var contestant in contestants)
            {
                contestant.Dispose();
            }
        }
    }

    private static void Check(CompareEntry entry, string peer, PeerRun run)
    {
        // Sums of many terms in another order; a wrong result is off by far more.
        var tolerance = entry.Precision == "double" ? 1e-9 : 1e-3;
        if (run.Difference() is { } difference && !(difference <= tolerance))
        {
            throw new BenchException(
                $"compare: the result of {entry.Kernel} {entry.Shape} {entry.Layout} {entry.Precision} differs from that of {peer} by {difference:G3}, more than {tolerance:G3}.");
        }
    }

    private void WarmUp(Contestant contestant)
    {
        // The runtime compiles a method again after 30 calls and a tenth of a second, in the background.
        var start = Stopwatch.GetTimestamp();
        var calls = 0L;
        do
        {
            stop.ThrowIfCancellationRequested();
            contestant.Run();
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start) < _warmUp);

        var call = Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
        contestant.Calls = Math.Max(1, (int)(ShortestSample.TotalSeconds / call));
        contestant.WarmsCaches = call < ColdCachesMatter.TotalSeconds;
    }

    /// <returns>The multiply-add peak of the rounds, in operations a second; 0 when the work has no operations.</returns>
    private double Measure<T>(List<Contestant> contestants, Work work)
        where T : unmanaged
    {
        var rates = new List<double>();
        var budget = _measuring * Math.Max(1, contestants.Count - 1);
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < MaximumRounds && (round < _fewestRounds || Stopwatch.GetElapsedTime(start) < budget); round++)
        {
            foreach (var contestant in contestants)
            {
                stop.ThrowIfCancellationRequested();
                contestant.Sample();
            }

            if (work.Operations > 0)
            {
                rates.Add(_roofline.CurrentMultiplyAddRate<T>(PeakSample));
            }
        }

        // The upper quartile: whoever else uses the machine can only lower a rate, and a single window before the clock has settled may be too high.
        return rates.Count > 0 ? Statistics.Quantile(rates, 0.75) : 0;
    }

    private sealed class Contestant(string? name, Action run, IDisposable? owner) : IDisposable
    {
        private readonly List<double> _milliseconds = [];

        public string? Name => name;

        public int Calls { get; set; } = 1;

        public bool WarmsCaches { get; set; }

        public void Run() => run();

        public void Sample()
        {
            // Once untimed: the one before has filled the caches with its own data.
            if (WarmsCaches)
            {
                run();
            }

            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Calls; i++)
            {
                run();
            }

            _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / Calls);
        }

        public double Median() => Statistics.Median(_milliseconds);

        public void Dispose() => owner?.Dispose();
    }
}
