namespace Native.Bench;

/// <summary>Where the data of a bandwidth measurement lives.</summary>
internal enum MemoryLevel
{
    /// <summary>The core's own second-level cache.</summary>
    L2,

    /// <summary>The third-level cache, usually shared.</summary>
    L3,

    /// <summary>Main memory.</summary>
    Dram,
}

/// <summary>Names of <see cref="MemoryLevel"/>.</summary>
internal static class MemoryLevelExtensions
{
    /// <summary>The name used in tables and JSON.</summary>
    public static string Name(this MemoryLevel level) => level switch
    {
        MemoryLevel.L2 => "l2",
        MemoryLevel.L3 => "l3",
        _ => "dram",
    };
}
