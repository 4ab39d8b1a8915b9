using Native.Kernels;

namespace Native.Bench;

/// <summary>A line of the catalogue: what can be compared, known before any memory is taken for it.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Shape">The sizes, as text.</param>
/// <param name="Layout">Transposition, order or options of the operands.</param>
/// <param name="Precision"><c>float</c> or <c>double</c>.</param>
/// <param name="IsMain">Whether it is one of the main rows: those of <c>--quick</c> and of the README's table.</param>
/// <param name="Create">Makes the data and the kernels' workspaces.</param>
internal sealed record CompareEntry(
    string Kernel,
    string Shape,
    string Layout,
    string Precision,
    bool IsMain,
    Func<CompareSettings, CompareCase> Create);

/// <summary>What a case is made for.</summary>
/// <param name="Device">The device our kernels run on.</param>
/// <param name="Threads">The number of threads, ours and the peers'.</param>
/// <param name="Caches">The processor's caches.</param>
internal sealed record CompareSettings(Device Device, int Threads, CacheSizes Caches);

/// <summary>One piece of work, ours and the peers'.</summary>
internal abstract class CompareCase : IDisposable
{
    /// <summary>The useful work of one <see cref="Run"/>.</summary>
    public abstract Work Work { get; }

    /// <summary>Whoever else can do it.</summary>
    public abstract IReadOnlyList<Peer> Peers { get; }

    /// <summary>Does the work once with our kernels, and waits until it is done.</summary>
    public abstract void Run();

    /// <inheritdoc/>
    public abstract void Dispose();
}
