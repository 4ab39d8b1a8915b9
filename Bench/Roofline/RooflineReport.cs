namespace Native.Bench;

/// <summary>The result of <c>roofline</c>.</summary>
/// <param name="VectorBits">Width of the vectors the peak was measured with.</param>
/// <param name="L2Bytes">Size of the second-level cache of one core.</param>
/// <param name="L3Bytes">Size of the third-level cache.</param>
/// <param name="CachesKnown">Whether the system told the sizes; otherwise they are assumed.</param>
/// <param name="Measurements">The measured limits.</param>
internal sealed record RooflineReport(int VectorBits, long L2Bytes, long L3Bytes, bool CachesKnown, IReadOnlyList<RooflineMeasurement> Measurements);

/// <summary>One measured limit.</summary>
/// <param name="Limit"><c>fma</c>, <c>l2</c>, <c>l3</c> or <c>dram</c>.</param>
/// <param name="What">The precision of a multiply-add, or <c>read</c> or <c>triad</c>.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="Value">The rate, in <paramref name="Unit"/>.</param>
/// <param name="Unit"><c>GFLOP/s</c> or <c>GB/s</c> (10⁹ a second).</param>
internal sealed record RooflineMeasurement(string Limit, string What, int Threads, double Value, string Unit);
