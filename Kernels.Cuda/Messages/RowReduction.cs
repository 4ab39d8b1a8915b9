using System.Numerics;
using ILGPU;

namespace Native.Kernels.Cuda;

/// <summary>The value that an edge hands to the reduction of a row; a type argument of <see cref="RowReduction{T, TMessage, TReduction}"/>.</summary>
internal interface IGpuMessage<T>
    where T : unmanaged
{
    /// <summary>Value of the edge at a position, at a feature.</summary>
    T Value(long position, int edge, long feature);
}

/// <summary>
/// The one loop shape behind every reduction over the edges of a node: an item for every node and feature walks the row in edge order.
/// <c>output[node, f] = REDUCE value</c>, or <c>+=</c> for sums that accumulate; Max and Min also write <c>arg</c> if it is given.
/// </summary>
internal readonly struct RowReduction<T, TMessage, TReduction>(GpuRows rows, TMessage message, GpuMatrix<T> output, GpuMatrix<int> arg, bool accumulate, T fill) : IGpuAction
    where T : unmanaged, IFloatingPointIeee754<T>
    where TMessage : struct, IGpuMessage<T>
    where TReduction : struct, IReduction
{
    private readonly GpuRows _rows = rows;
    private readonly TMessage _message = message;
    private readonly GpuMatrix<T> _output = output;
    private readonly GpuMatrix<int> _arg = arg;
    private readonly byte _accumulate = (byte)(accumulate ? 1 : 0);
    private readonly T _fill = fill;

    public void Run(long item)
    {
        var node = item / _output.Columns;
        var feature = item - node * _output.Columns;
        if (TReduction.IsExtremum)
        {
            Extremum(node, feature);
            return;
        }

        var sum = Sum(node, feature);
        if (TReduction.IsMean)
        {
            sum /= _rows.Divisor<T>(node);
        }

        _output.Set(node, feature, _accumulate != 0 ? _output[node, feature] + sum : sum);
    }

    private void Extremum(long node, long feature)
    {
        var best = _fill;
        var bestEdge = -1;
        var end = _rows.End(node);
        for (var position = _rows.Begin(node); position < end; position++)
        {
            var edge = _rows.Order[position];
            var value = _message.Value(position, edge, feature);
            if (bestEdge < 0 || TReduction.Replaces(value, best))
            {
                best = value;
                bestEdge = edge;
            }
        }

        _output.Set(node, feature, best);
        if (!_arg.IsAbsent)
        {
            _arg.Set(node, feature, bestEdge);
        }
    }

    // Sums are added in runs of 256, and in runs of such runs, so that a row of a million edges keeps float accuracy.
    private T Sum(long node, long feature)
    {
        const int run = 256;
        var position = _rows.Begin(node);
        var end = _rows.End(node);
        var total = T.Zero;
        while (position < end)
        {
            var longSum = T.Zero;
            var longEnd = IntrinsicMath.Min(position + (run * run), end);
            while (position < longEnd)
            {
                var sum = T.Zero;
                var runEnd = IntrinsicMath.Min(position + run, longEnd);
                for (; position < runEnd; position++)
                {
                    sum += _message.Value(position, _rows.Order[position], feature);
                }

                longSum += sum;
            }

            total += longSum;
        }

        return total;
    }
}
