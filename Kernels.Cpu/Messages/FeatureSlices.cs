using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// Cuts the features of an aggregate into slices, when all of them are more than the caches hold and a slice of every row is not. A slice is copied to
/// scratch memory, row behind row: a small part of the work, since every row is read once for each of its edges, and what the edges read then has no gaps.
/// </summary>
internal unsafe struct FeatureSlices<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // A slice that is read at the full speed of the last-level cache on most processors, and the most that is still faster than memory.
    private const long SliceBytes = 4L << 20;
    private const long MostBytes = 8L << 20;

    // Two cache lines of a row: narrower slices spend more time on the edges than on the features.
    private const int NarrowestBytes = 128;

    // Fewer slices do not pay for the copies and for reading the edges again: a good part of all features is then in the last-level cache as it is.
    private const int FewestSlices = 4;

    // Fewer edges per node do not pay for the copy.
    private const int FewestEdgesPerNode = 8;

    private const int RowsPerBlock = 1024;

    private readonly T* _x;
    private readonly nint _stride;
    private readonly int _rows;
    private readonly bool _copies;
    private T* _slice;

    private FeatureSlices(T* x, nint stride, int rows, nint width, bool copies)
    {
        _x = x;
        _stride = stride;
        _rows = rows;
        _copies = copies;
        Width = width;
    }

    /// <summary>Features of a slice; the last may have fewer.</summary>
    public nint Width { get; }

    /// <summary>Bytes of scratch that <see cref="Use"/> takes.</summary>
    public readonly nuint ScratchSize => _copies ? Scratch.SizeOf<T>(_rows * Width) : 0;

    /// <summary>Chooses the slices, by the shapes alone.</summary>
    /// <param name="index">The edges.</param>
    /// <param name="x">The rows that they read.</param>
    /// <param name="stride">Their stride; 0 for one row that is repeated.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="heads">Heads, whose borders the slices keep to; 0 or 1 for none.</param>
    public static FeatureSlices<T> Of(EdgeIndex index, T* x, nint stride, nint features, int heads)
    {
        var whole = new FeatureSlices<T>(x, stride, index.Nodes, Math.Max(1, features), false);
        if (stride == 0 || (long)index.Edges < FewestEdgesPerNode * (long)index.Nodes || (Int128)index.Nodes * features * sizeof(T) <= MostBytes)
        {
            return whole;
        }

        var width = Math.Max(NarrowestBytes / sizeof(T), (nint)BitOperations.RoundUpToPowerOf2((ulong)(SliceBytes / sizeof(T) / index.Nodes) + 1) / 2);
        var head = heads > 1 ? features / heads : features;
        return index.Nodes * width * sizeof(T) <= MostBytes && FewestSlices * width <= features && (heads <= 1 || width % head == 0 || head % width == 0)
            ? new FeatureSlices<T>(x, stride, index.Nodes, width, true)
            : whole;
    }

    /// <summary>Takes the memory for a slice.</summary>
    public void Use(Scratch scratch) => _slice = _copies ? scratch.Take<T>(_rows * Width) : null;

    /// <summary>The columns <c>[first, first + count)</c>, copied or where they are.</summary>
    public readonly T* Read(nint first, nint count, int threads, out nint stride)
    {
        if (!_copies)
        {
            stride = _stride;
            return _x + first;
        }

        var work = new Copy { From = _x + first, Stride = _stride, To = _slice, Rows = _rows, Columns = count };
        Workers.For(ref work, (int)((_rows + (long)RowsPerBlock - 1) / RowsPerBlock), threads);
        stride = count;
        return _slice;
    }

    private struct Copy : IWork
    {
        public T* From;
        public nint Stride;
        public T* To;
        public int Rows;
        public nint Columns;

        public readonly void Run(int block)
        {
            var bytes = Columns * sizeof(T);
            var end = (nint)Math.Min(Rows, (block + 1L) * RowsPerBlock);
            for (nint row = (nint)block * RowsPerBlock; row < end; row++)
            {
                Buffer.MemoryCopy(From + row * Stride, To + row * Columns, bytes, bytes);
            }
        }
    }
}
