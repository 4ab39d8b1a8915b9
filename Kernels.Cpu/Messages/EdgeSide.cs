namespace Native.Kernels.Cpu;

/// <summary>Which end of the edges the rows are.</summary>
internal interface IEdgeSide
{
    static abstract bool IsDestination { get; }
}

/// <summary>Rows are destinations: forward, and the backward's <c>dt</c> and everything that belongs to edges.</summary>
internal readonly struct ByDestination : IEdgeSide
{
    public static bool IsDestination => true;
}

/// <summary>Rows are sources: the backward's <c>ds</c>.</summary>
internal readonly struct BySource : IEdgeSide
{
    public static bool IsDestination => false;
}
