using System.Diagnostics;

namespace Native.Bench;

/// <summary>Whoever is timed in the rounds of a comparison, at one number of threads: our kernel or a peer.</summary>
/// <param name="name">The peer's name; null for ours.</param>
/// <param name="threads">The number of threads.</param>
/// <param name="run">Does the work once.</param>
/// <param name="prepare">What has to be said to its library before a series of calls, or null.</param>
internal sealed class Contestant(string? name, int threads, Action run, Action? prepare = null)
{
    private static readonly TimeSpan ShortestSample = TimeSpan.FromMilliseconds(4);

    // Threads that wake up together may find themselves on one processor, and the system needs some of its ticks to part them. The threads of the one
    // before may still spin, waiting for more work; that ends meanwhile too.
    private static readonly TimeSpan LeadInOfThreads = TimeSpan.FromMilliseconds(25);

    // The first calls of a library take memory that later ones use again: fresh pages can take ten times as long as the work.
    private const int FewestCalls = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Longer work fills the caches itself; an untimed call would only make its row take twice as long.
    private static readonly TimeSpan ColdCachesMatter = TimeSpan.FromMilliseconds(50);

    private readonly List<double> _milliseconds = [];
    private int _calls = 1;
    private TimeSpan _leadIn;

    /// <summary>The peer's name; null for ours.</summary>
    public string? Name => name;

    /// <summary>The time of a call in each round, NaN for the rounds it was left out of.</summary>
    public IReadOnlyList<double> Milliseconds => _milliseconds;

    /// <summary>About how long <see cref="Sample"/> takes; known after <see cref="WarmUp"/>.</summary>
    public TimeSpan SampleTime { get; private set; }

    /// <summary>The median over the rounds.</summary>
    public double Median => Statistics.Median(Taken());

    /// <summary>How far the rounds lie apart: half of the range of the middle half of them, over the median.</summary>
    public double Spread
    {
        get
        {
            var taken = Taken();
            return (Statistics.Quantile(taken, 0.75) - Statistics.Quantile(taken, 0.25)) / 2 / Statistics.Median(taken);
        }
    }

    /// <summary>Does the work again and again until everything is compiled and paged in, and finds out how many calls make a sample.</summary>
    /// <param name="duration">How long; the work is done at least three times, or once when it takes seconds.</param>
    /// <param name="stop">Ends it early.</param>
    public void WarmUp(TimeSpan duration, CancellationToken stop)
    {
        prepare?.Invoke();
        var start = Stopwatch.GetTimestamp();
        var calls = 0;
        var fastest = TimeSpan.MaxValue;
        do
        {
            stop.ThrowIfCancellationRequested();
            var before = Stopwatch.GetTimestamp();
            run();
            fastest = TimeSpan.FromTicks(Math.Max(1, Math.Min(fastest.Ticks, Stopwatch.GetElapsedTime(before).Ticks)));
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start) is var elapsed && (elapsed < duration || (calls < FewestCalls && elapsed < Patience)));

        _calls = (int)Math.Max(1, Math.Ceiling(ShortestSample / fastest));
        _leadIn = threads > 1 ? LeadInOfThreads : fastest < ColdCachesMatter ? TimeSpan.FromTicks(1) : TimeSpan.Zero;
        var leadInCalls = Math.Ceiling(_leadIn / fastest);
        SampleTime = (_calls + leadInCalls) * fastest;
    }

    /// <summary>Takes the time of a round.</summary>
    public void Sample()
    {
        prepare?.Invoke();

        // Untimed, once at least where it matters: the one before has filled the caches with its own data.
        var start = Stopwatch.GetTimestamp();
        if (_leadIn > TimeSpan.Zero)
        {
            do
            {
                run();
            }
            while (Stopwatch.GetElapsedTime(start) < _leadIn);
        }

        start = Stopwatch.GetTimestamp();
        for (var i = 0; i < _calls; i++)
        {
            run();
        }

        _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / _calls);
    }

    /// <summary>Is left out of a round.</summary>
    public void Skip() => _milliseconds.Add(double.NaN);

    private List<double> Taken() => [.. _milliseconds.Where(time => !double.IsNaN(time))];
}
