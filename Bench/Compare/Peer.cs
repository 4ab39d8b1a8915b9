namespace Native.Bench;

/// <summary>Another implementation of the same work.</summary>
internal sealed class Peer
{
    private readonly Func<PeerRun>? _create;

    private Peer(string name, Func<PeerRun>? create, string? missing)
    {
        Name = name;
        _create = create;
        Missing = missing;
    }

    /// <summary>Memory above which a peer is skipped: all peers of a row hold theirs at the same time, and with several numbers of threads each of them twice.</summary>
    public const long MaximumBytes = 1_500_000_000;

    /// <summary>The name shown.</summary>
    public string Name { get; }

    /// <summary>Why the peer cannot run here, or null.</summary>
    public string? Missing { get; }

    /// <summary>A peer that is here.</summary>
    /// <param name="name">The name shown.</param>
    /// <param name="bytes">The memory it needs beyond ours; above <see cref="MaximumBytes"/> it is skipped and named.</param>
    /// <param name="create">Makes what it needs to run. Called after our own memory was read off.</param>
    public static Peer Available(string name, long bytes, Func<PeerRun> create) =>
        bytes > MaximumBytes
            ? Absent(name, $"skipped: it would need {Format.Bytes(bytes)}, more than {Format.Bytes(MaximumBytes)}")
            : new Peer(name, create, null);

    /// <summary>A peer that is not here.</summary>
    public static Peer Absent(string name, string reason) => new(name, null, reason);

    /// <summary>Makes the peer ready to run.</summary>
    public PeerRun Create() => _create is null ? throw new InvalidOperationException($"The peer '{Name}' is missing: {Missing}.") : _create();
}

/// <summary>A peer ready to run.</summary>
/// <param name="run">Does the work once.</param>
/// <param name="difference">The largest difference between its result and ours, over our largest value; null when the results are not comparable.</param>
/// <param name="dispose">Gives back what it holds.</param>
/// <param name="prepare">What has to be said to its library before each series of calls, such as the number of threads.</param>
internal sealed class PeerRun(Action run, Func<double>? difference, Action? dispose = null, Action? prepare = null) : IDisposable
{
    /// <summary>Called, untimed, before each series of <see cref="Run"/>.</summary>
    public void Prepare() => prepare?.Invoke();

    /// <summary>Does the work once.</summary>
    public void Run() => run();

    /// <summary>The largest difference to our result, or null.</summary>
    public double? Difference() => difference?.Invoke();

    /// <inheritdoc/>
    public void Dispose() => dispose?.Invoke();
}
