using System.Text.Json.Serialization;

namespace Native.Bench;

/// <summary>One row of <c>compare</c>.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Shape">The sizes, as text.</param>
/// <param name="Layout">Transposition, order or options of the operands.</param>
/// <param name="Precision"><c>float</c> or <c>double</c>.</param>
/// <param name="Threads">The number of threads, ours and the peer's.</param>
/// <param name="Milliseconds">Our median time.</param>
/// <param name="Peer">The peer's name; null when there is none to compare with.</param>
/// <param name="PeerMilliseconds">The peer's median time.</param>
/// <param name="Speedup">The peer's time over ours: above 1 when we are faster.</param>
/// <param name="Limit">What bounds the kernel: <c>fma</c>, <c>l2</c>, <c>l3</c> or <c>dram</c>.</param>
/// <param name="LimitValue">
/// The best rate the limit allows for this work, measured in this run: 10⁹ operations a second for <c>fma</c>, 10⁹ bytes a second otherwise.
/// </param>
/// <param name="LimitFraction">Our rate over <paramref name="LimitValue"/>.</param>
/// <param name="PeakBytes">The high-water mark of the device's allocator.</param>
internal sealed record CompareResult(
    string Kernel,
    string Shape,
    string Layout,
    string Precision,
    int Threads,
    double Milliseconds,
    string? Peer,
    double? PeerMilliseconds,
    double? Speedup,
    string Limit,
    double LimitValue,
    double LimitFraction,
    long PeakBytes)
{
    /// <summary>Our time on one thread over our time on <see cref="Threads"/>; null for one thread, or when only one number of threads was run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Scaling { get; init; }

    /// <summary>How far the rounds lie apart: half of the range of the middle half of our times, over the median.</summary>
    [JsonIgnore]
    public double Spread { get; init; }

    /// <summary>Lower end of the 95 % interval of <see cref="Speedup"/>.</summary>
    [JsonIgnore]
    public double? SpeedupLow { get; init; }

    /// <summary>Upper end of the 95 % interval of <see cref="Speedup"/>.</summary>
    [JsonIgnore]
    public double? SpeedupHigh { get; init; }

    /// <summary>Whether it belongs to the README's table.</summary>
    [JsonIgnore]
    public bool IsMain { get; init; }

    /// <summary>The high-water mark of the whole process while only ours had run; 0 where the system does not tell.</summary>
    [JsonIgnore]
    public long ProcessPeakBytes { get; init; }

    /// <summary>The least time the limit allows, in milliseconds.</summary>
    [JsonIgnore]
    public double FloorMilliseconds { get; init; }
}
