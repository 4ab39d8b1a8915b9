using System.Numerics;
using ILGPU;

namespace Native.Kernels.Cuda;

/// <summary>The value that an edge hands to the reduction of a row; a type argument of <see cref="RowReduction"/>.</summary>
internal interface IGpuMessage<T>
    where T : unmanaged
{
    /// <summary>Value of the edge at a position, at a feature.</summary>
    T Value(long position, int edge, long feature);
}

/// <summary>The one loop shape behind every reduction over the edges of a node: a thread for every node and feature walks the row in edge order.</summary>
internal static class RowReduction
{
    // Sums are added in runs of 256, and runs of 65,536, so that a row of a million edges keeps float accuracy.
    private const int Run = 256;
    private const int LongRun = Run * Run;

    /// <summary><c>output[node, f] = REDUCE value</c>, or <c>+=</c> for sums that accumulate; Max and Min also write <c>arg</c> if it is given.</summary>
    public static void Kernel<T, TMessage, TReduction>(LongIndex1D thread, GpuRows rows, TMessage message, GpuMatrix<T> output, GpuMatrix<int> arg, byte accumulate, T fill)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMessage : struct, IGpuMessage<T>
        where TReduction : struct, IReduction
    {
        var node = thread.X / output.Columns;
        var feature = thread.X - node * output.Columns;
        var end = rows.End(node);
        if (TReduction.IsExtremum)
        {
            var best = fill;
            var bestEdge = -1;
            for (var position = rows.Begin(node); position < end; position++)
            {
                var edge = rows.Order[position];
                var value = message.Value(position, edge, feature);
                if (bestEdge < 0 || TReduction.Replaces(value, best))
                {
                    best = value;
                    bestEdge = edge;
                }
            }

            output.Set(node, feature, best);
            if (!arg.IsAbsent)
            {
                arg.Set(node, feature, bestEdge);
            }
        }
        else
        {
            var sum = Sum<T, TMessage>(rows, message, node, feature);
            if (TReduction.IsMean)
            {
                sum /= Count<T>(rows.Degree(node));
            }

            output.Set(node, feature, accumulate != 0 ? output[node, feature] + sum : sum);
        }
    }

    private static T Sum<T, TMessage>(GpuRows rows, TMessage message, long node, long feature)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMessage : struct, IGpuMessage<T>
    {
        var position = rows.Begin(node);
        var end = rows.End(node);
        var total = T.Zero;
        while (position < end)
        {
            var longSum = T.Zero;
            var longEnd = IntrinsicMath.Min(position + LongRun, end);
            while (position < longEnd)
            {
                var sum = T.Zero;
                var runEnd = IntrinsicMath.Min(position + Run, longEnd);
                for (; position < runEnd; position++)
                {
                    sum += message.Value(position, rows.Order[position], feature);
                }

                longSum += sum;
            }

            total += longSum;
        }

        return total;
    }

    /// <summary>The number of edges to divide by: at least 1, so that an empty row gives 0. Exact up to 2²⁴ in float.</summary>
    public static T Count<T>(long degree)
        where T : unmanaged, IFloatingPointIeee754<T> => GpuNumber<T>.FromInteger(IntrinsicMath.Max(degree, 1));
}
