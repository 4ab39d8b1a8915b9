using System.Globalization;

namespace Native.Bench;

/// <summary>The sizes of the caches, from which the working sets of the measurements follow.</summary>
/// <param name="Level2">Bytes of the second-level cache, and the number of processors that share it.</param>
/// <param name="Level3">Bytes of the third-level cache.</param>
/// <param name="Level2Processors">Processors that share one second-level cache.</param>
/// <param name="Level3Processors">Processors that share one third-level cache.</param>
/// <param name="Measured">Whether the system told the sizes; otherwise they are assumed.</param>
internal sealed record CacheSizes(long Level2, long Level3, int Level2Processors, int Level3Processors, bool Measured)
{
    private const long AssumedLevel2 = 1L << 20;
    private const long AssumedLevel3 = 16L << 20;
    private const long LeastDramSet = 128L << 20;

    /// <summary>Reads the sizes from Linux's <c>/sys</c>; elsewhere, or when it tells nothing, usual sizes are assumed.</summary>
    public static CacheSizes Read()
    {
        long level2 = 0;
        long level3 = 0;
        var processors2 = 1;
        var processors3 = Environment.ProcessorCount;
        const string root = "/sys/devices/system/cpu/cpu0/cache";
        try
        {
            if (Directory.Exists(root))
            {
                foreach (var directory in Directory.EnumerateDirectories(root, "index*"))
                {
                    if (ReadText(directory, "type") is not ("Unified" or "Data"))
                    {
                        continue;
                    }

                    var size = ParseSize(ReadText(directory, "size"));
                    switch (ReadText(directory, "level"))
                    {
                        case "2":
                            level2 = size;
                            processors2 = CountProcessors(ReadText(directory, "shared_cpu_list"));
                            break;
                        case "3":
                            level3 = size;
                            processors3 = CountProcessors(ReadText(directory, "shared_cpu_list"));
                            break;
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            level2 = 0;
        }

        return level2 > 0
            ? new CacheSizes(level2, Math.Max(level3, level2), processors2, processors3, level3 > 0)
            : new CacheSizes(AssumedLevel2, AssumedLevel3, 1, Environment.ProcessorCount, false);
    }

    /// <summary>The bytes each of some threads works on, so that the data of all of them lives in the given level.</summary>
    /// <remarks>
    /// L2: half of a thread's share. L3: half-way, by ratio, between L2 and L3, and together no more than half of it, since others use it
    /// too. DRAM: together four times the L3, and no less than what an L3 of usual size would hold a good part of.
    /// </remarks>
    public long WorkingSet(MemoryLevel level, int threads)
    {
        var sharing2 = Math.Clamp(Level2Processors, 1, threads);
        var sharing3 = Math.Clamp(Level3Processors, 1, threads);
        var bytes = level switch
        {
            MemoryLevel.L2 => Level2 / sharing2 / 2,
            MemoryLevel.L3 => Math.Min((long)Math.Sqrt((double)Level2 * Level3), Level3 / sharing3 / 2),
            _ => Math.Max(Math.Max(4 * Level3, LeastDramSet) / threads, 16L << 20),
        };
        return Math.Max(bytes, 64L << 10) & ~4095L;
    }

    /// <summary>The level that holds a working set of this many bytes when each of some threads uses its share.</summary>
    /// <remarks>What may be in L3 is judged by L3, though others push part of it out: a fraction of the limit is rather too low than too high.</remarks>
    public MemoryLevel LevelOf(long bytes, int threads)
    {
        if (bytes <= Level2 / 2 * threads)
        {
            return MemoryLevel.L2;
        }

        return bytes <= Level3 ? MemoryLevel.L3 : MemoryLevel.Dram;
    }

    /// <summary>One line for people.</summary>
    public string Describe() =>
        string.Create(CultureInfo.InvariantCulture, $"L2 {Level2 / 1048576.0:0.##} MiB, L3 {Level3 / 1048576.0:0.##} MiB{(Measured ? "" : " (assumed)")}");

    /// <summary>Reads a size such as <c>1280K</c> or <c>48M</c>.</summary>
    internal static long ParseSize(string text)
    {
        var factor = text[^1] switch
        {
            'K' => 1L << 10,
            'M' => 1L << 20,
            'G' => 1L << 30,
            _ => 1L,
        };
        return factor * long.Parse(factor == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Counts the processors of a list such as <c>0-3,8,10-11</c>.</summary>
    internal static int CountProcessors(string list)
    {
        var count = 0;
        foreach (var part in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            var first = int.Parse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture);
            var last = int.Parse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture);
            count += last - first + 1;
        }

        return Math.Max(count, 1);
    }

    private static string ReadText(string directory, string name) => File.ReadAllText(Path.Combine(directory, name)).Trim();
}
