using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// The loop shape of copies to edges: <c>output[r] = x[index[r]]</c>; with an argument only the features in which
/// <c>arg[index[r]]</c> is the edge, the others 0. The edge is <c>order[r]</c>, or <c>r</c> without an order.
/// </summary>
internal unsafe struct GatherWork<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private IndexedRows<T> _x;
    private int* _index;
    private int* _arg;
    private nint _argStride;
    private int* _order;
    private nint _rows;
    private nint _features;
    private T* _output;
    private nint _outputStride;
    private nint _rowsPerBlock;

    public static void Run(T* x, nint stride, int* index, int* arg, nint argStride, int* order, nint rows, nint features, T* output, nint outputStride, int threads)
    {
        if (features == 0)
        {
            return;
        }

        var work = new GatherWork<T>
        {
            _x = new IndexedRows<T>(x, stride, index),
            _index = index,
            _arg = arg,
            _argStride = argStride,
            _order = order,
            _rows = rows,
            _features = features,
            _output = output,
            _outputStride = outputStride,
            _rowsPerBlock = (nint)EdgeBlocks.CostFor(features),
        };
        LanesWork.For<GatherWork<T>, T>(ref work, (int)((rows + work._rowsPerBlock - 1) / work._rowsPerBlock), threads, features);
    }

    public readonly void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var begin = block * _rowsPerBlock;
        var end = Math.Min(begin + _rowsPerBlock, _rows);
        if (_arg is not null)
        {
            Choose<TLanes>(begin, end);
        }
        else if (_features == TLanes.Count && TLanes.Count == 1)
        {
            CopyElements(begin, end);
        }
        else
        {
            Copy<TLanes>(begin, end);
        }
    }

    private readonly void CopyElements(nint begin, nint end)
    {
        var x = _x;
        var output = _output;
        for (var row = begin; row < end; row++)
        {
            output[row * _outputStride] = *x.At(row).Row;
        }
    }

    private readonly void Copy<TLanes>(nint begin, nint end)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var x = _x;
        var features = _features;
        var distance = Math.Min(EdgeRows.PrefetchDistance, _rows - end);
        for (var row = begin; row < end; row++)
        {
            var from = x.At(row).Row;
            var to = _output + row * _outputStride;
            nint feature = 0;
            for (; feature <= features - 4 * TLanes.Count; feature += 4 * TLanes.Count)
            {
                x.Prefetch(row + distance, feature, 4 * sizeof(TLanes));
                var v0 = TLanes.Load(from + feature);
                var v1 = TLanes.Load(from + feature + TLanes.Count);
                var v2 = TLanes.Load(from + feature + 2 * TLanes.Count);
                var v3 = TLanes.Load(from + feature + 3 * TLanes.Count);
                TLanes.Store(v0, to + feature);
                TLanes.Store(v1, to + feature + TLanes.Count);
                TLanes.Store(v2, to + feature + 2 * TLanes.Count);
                TLanes.Store(v3, to + feature + 3 * TLanes.Count);
            }

            for (; feature <= features - TLanes.Count; feature += TLanes.Count)
            {
                x.Prefetch(row + distance, feature, sizeof(TLanes));
                TLanes.Store(TLanes.Load(from + feature), to + feature);
            }

            if (feature < features)
            {
                x.Prefetch(row + distance, feature, sizeof(TLanes));
                TLanes.StorePartial(TLanes.LoadPartial(from + feature, (int)(features - feature)), to + feature, (int)(features - feature));
            }
        }
    }

    private readonly void Choose<TLanes>(nint begin, nint end)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var x = _x;
        for (var row = begin; row < end; row++)
        {
            var from = x.At(row).Row;
            var arg = _arg + _index[row] * _argStride;
            var to = _output + row * _outputStride;
            var edge = EdgeNumbers.Broadcast<TLanes, T>(_order is null ? (int)row : _order[row]);
            nint feature = 0;
            for (; feature <= _features - TLanes.Count; feature += TLanes.Count)
            {
                TLanes.Store(Chosen(from + feature, arg + feature, edge, TLanes.Count), to + feature);
            }

            if (feature < _features)
            {
                var count = (int)(_features - feature);
                TLanes.StorePartial(Chosen(from + feature, arg + feature, edge, count), to + feature, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Chosen<TLanes>(T* from, int* arg, TLanes edge, int count)
        where TLanes : unmanaged, ILanes<TLanes, T> =>
        TLanes.And(EdgeNumbers.Equal<TLanes, T>(EdgeNumbers.Load<TLanes, T>(arg, count), edge), EdgeRows.Load<TLanes, T>(from, count));
}
