using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>
/// The gradient that a Mean hands to each of its messages: <c>g[i] / n_i</c>, <c>n_i</c> the number of edges into <c>i</c>. Kept as <c>[N, F]</c>, so that the
/// backward of a Mean is that of a Sum and no edge does a division.
/// </summary>
internal unsafe struct MeanGradient<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T* _from;
    private nint _stride;
    private nint _features;
    private long* _offsets;
    private T* _to;
    private int _rows;
    private int _rowsPerBlock;

    /// <summary>Bytes of scratch that <see cref="Of"/> takes.</summary>
    public static nuint SizeOf<TReduction>(nint nodes, nint features)
        where TReduction : struct, IReduction => TReduction.IsMean ? Scratch.SizeOf<T>(checked(nodes * features)) : 0;

    /// <summary>The rows that a message's gradient is made of: for Mean the divided gradient, otherwise <paramref name="dOutput"/> itself.</summary>
    public static T* Of<TReduction>(EdgeIndex destination, T* dOutput, ref nint stride, nint features, Scratch scratch, int threads)
        where TReduction : struct, IReduction
    {
        if (!TReduction.IsMean || features == 0)
        {
            return dOutput;
        }

        var divided = scratch.Take<T>(destination.Nodes * features);
        fixed (long* offsets = destination.Offsets)
        {
            var work = new MeanGradient<T> { _from = dOutput, _stride = stride, _features = features, _offsets = offsets, _to = divided, _rows = destination.Nodes };
            work._rowsPerBlock = (int)EdgeBlocks.CostFor(features);
            LanesWork.For<MeanGradient<T>, T>(ref work, (work._rows + work._rowsPerBlock - 1) / work._rowsPerBlock, threads, features);
        }

        stride = features;
        return divided;
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var end = (int)Math.Min(_rows, (block + 1L) * _rowsPerBlock);
        for (var row = block * _rowsPerBlock; row < end; row++)
        {
            var degree = Math.Max(1, _offsets[row + 1] - _offsets[row]);
            var share = TLanes.Broadcast(T.CreateTruncating(degree));
            var from = _from + row * _stride;
            var to = _to + row * _features;
            nint feature = 0;
            for (; feature <= _features - TLanes.Count; feature += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(from + feature) / share, to + feature);
            }

            if (feature < _features)
            {
                var count = (int)(_features - feature);
                TLanes.StorePartial(TLanes.LoadPartial(from + feature, count) / share, to + feature, count);
            }
        }
    }
}
