using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Native.Bench;

/// <summary>The limits of this processor for a number of threads, measured when first asked for.</summary>
/// <remarks>
/// A limit is the best of several short windows: other users of the machine can only lower a window. No thread is pinned.
/// On shared machines the clock and the neighbours drift, so <see cref="CurrentMultiplyAddRate{T}"/> and <see cref="CurrentReadRate"/> measure anew,
/// next to what they are compared with.
/// </remarks>
internal sealed class ProcessorRoofline(int threads, CacheSizes caches, CancellationToken stop)
{
    private const int Windows = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(30);

    private readonly Dictionary<(MemoryLevel Level, bool Triad), double> _bandwidths = [];
    private readonly Dictionary<Type, double> _peaks = [];
    private readonly Dictionary<MemoryLevel, Buffer?[]> _readBuffers = [];

    /// <summary>The number of threads that run at the same time.</summary>
    public int Threads => threads;

    /// <summary>The caches the working sets are derived from.</summary>
    public CacheSizes Caches => caches;

    /// <summary>Multiply-add peak in operations a second; a multiply-add counts as two.</summary>
    public double PeakRate<T>()
        where T : unmanaged
    {
        if (!_peaks.TryGetValue(typeof(T), out var peak))
        {
            peak = Best(() => CurrentMultiplyAddRate<T>(Window));
            _peaks.Add(typeof(T), peak);
        }

        return peak;
    }

    /// <summary>Multiply-adds of the next few moments, in operations a second.</summary>
    public double CurrentMultiplyAddRate<T>(TimeSpan window)
        where T : unmanaged
    {
        var operations = MultiplyAddPeak.Operations<T>();
        return RunTogether(window, _ => null, _ => Keep(MultiplyAddPeak.Run(default(T))), operations);
    }

    /// <summary>Reads of the next few moments, in bytes a second.</summary>
    public double CurrentReadRate(MemoryLevel level, TimeSpan window)
    {
        if (!_readBuffers.TryGetValue(level, out var buffers))
        {
            _readBuffers.Add(level, buffers = new Buffer?[threads]);
        }

        return StreamRate(level, triad: false, window, buffers);
    }

    /// <summary>Read bandwidth in bytes a second.</summary>
    public double ReadBandwidth(MemoryLevel level) => Bandwidth(level, triad: false);

    /// <summary>Bandwidth of <c>a = b + s·c</c> in bytes a second: two reads and one write.</summary>
    public double TriadBandwidth(MemoryLevel level) => Bandwidth(level, triad: true);

    /// <summary>Frees the data of <see cref="CurrentReadRate"/>.</summary>
    public void Release()
    {
        foreach (var buffers in _readBuffers.Values)
        {
            Free(buffers);
        }

        _readBuffers.Clear();
    }

    private double Bandwidth(MemoryLevel level, bool triad)
    {
        if (!_bandwidths.TryGetValue((level, triad), out var bandwidth))
        {
            var buffers = new Buffer?[threads];
            try
            {
                // Windows of DRAM hold a few passes over the whole set.
                bandwidth = Best(() => StreamRate(level, triad, level == MemoryLevel.Dram ? 3 * Window : Window, buffers));
            }
            finally
            {
                Free(buffers);
            }

            _bandwidths.Add((level, triad), bandwidth);
        }

        return bandwidth;
    }

    /// <param name="level">Where the data lives.</param>
    /// <param name="triad">Whether to write too.</param>
    /// <param name="window">How long.</param>
    /// <param name="buffers">The data of each thread; made and touched, before any window, by the first call.</param>
    private unsafe double StreamRate(MemoryLevel level, bool triad, TimeSpan window, Buffer?[] buffers)
    {
        var arrays = triad ? 3 : 1;
        var length = (nint)(caches.WorkingSet(level, threads) / arrays / sizeof(float) / MemoryStreams.Step * MemoryStreams.Step);
        return RunTogether(
            window,
            thread => buffers[thread] ??= new Buffer((nuint)(arrays * length)),
            state =>
            {
                var data = ((Buffer)state!).Data;
                if (triad)
                {
                    MemoryStreams.Triad(data, data + length, data + (2 * length), length);
                }
                else
                {
                    Keep(MemoryStreams.Read(data, length));
                }
            },
            arrays * length * sizeof(float));
    }

    private static void Free(Buffer?[] buffers)
    {
        foreach (var buffer in buffers)
        {
            buffer?.Dispose();
        }
    }

    private double Best(Func<double> measure)
    {
        var best = 0.0;
        for (var i = 0; i < Windows; i++)
        {
            stop.ThrowIfCancellationRequested();
            best = Math.Max(best, measure());
        }

        return best;
    }

    /// <summary>Runs a piece of work again and again on every thread for the length of a window.</summary>
    /// <returns>The sum over the threads of work done a second.</returns>
    private double RunTogether(TimeSpan window, Func<int, object?> prepare, Action<object?> work, long amount)
    {
        var rates = new double[threads];
        var waiting = threads;
        void Body(int thread)
        {
            var state = prepare(thread);
            work(state);

            // All threads start their clocks together, once every one of them has its data in place.
            Interlocked.Decrement(ref waiting);
            var wait = new SpinWait();
            while (Volatile.Read(ref waiting) > 0)
            {
                wait.SpinOnce();
            }

            var count = 0L;
            var start = Stopwatch.GetTimestamp();
            TimeSpan elapsed;
            do
            {
                work(state);
                count++;
                elapsed = Stopwatch.GetElapsedTime(start);
            }
            while (elapsed < window);
            rates[thread] = count * amount / elapsed.TotalSeconds;
        }

        var others = new Thread[threads - 1];
        for (var i = 0; i < others.Length; i++)
        {
            var thread = i + 1;
            others[i] = new Thread(() => Body(thread)) { IsBackground = true, Name = "roofline" };
            others[i].Start();
        }

        Body(0);
        foreach (var other in others)
        {
            other.Join();
        }

        return rates.Sum();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep<T>(T value) => _ = value;

    /// <summary>Native memory, aligned to cache lines and touched by the thread that uses it.</summary>
    private sealed unsafe class Buffer : IDisposable
    {
        public Buffer(nuint length)
        {
            Data = (float*)NativeMemory.AlignedAlloc(length * sizeof(float), 4096);
            for (nuint i = 0; i < length; i++)
            {
                Data[i] = 1f;
            }
        }

        public float* Data { get; private set; }

        public void Dispose()
        {
            NativeMemory.AlignedFree(Data);
            Data = null;
        }
    }
}
