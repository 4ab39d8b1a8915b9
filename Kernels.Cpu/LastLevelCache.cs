namespace Native.Kernels.Cpu;

/// <summary>The last-level cache, as far as kernels that have to know are concerned.</summary>
internal static class LastLevelCache
{
    /// <summary>Bytes that a core can count on, on most processors: what is larger comes from main memory and goes there.</summary>
    public const long Bytes = 16L << 20;
}
