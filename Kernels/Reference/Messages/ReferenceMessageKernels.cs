using System.Numerics;

namespace Native.Kernels.Reference;

internal sealed partial class ReferenceMessageKernels<T>(Device device) : MessageKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The one loop behind every reduction over the edges of a node: <c>output[i, f] = REDUCE_{e of i} value(e, f)</c>.</summary>
    private static unsafe void Reduce<TReduction>(EdgeIndex index, Func<int, long, double> value, Cells<T> output, DeviceTensor<int>? arg, T fill)
        where TReduction : struct, IReduction
    {
        for (var node = 0; node < index.Nodes; node++)
        {
            for (long f = 0; f < output.Columns; f++)
            {
                var sum = 0.0;
                var best = double.CreateTruncating(fill);
                var bestEdge = -1;
                for (var p = index.Offsets[node]; p < index.Offsets[node + 1]; p++)
                {
                    var edge = index.Order[(int)p];
                    var v = value(edge, f);
                    sum += v;
                    if (bestEdge < 0 || TReduction.Replaces(v, best))
                    {
                        best = v;
                        bestEdge = edge;
                    }
                }

                output[node, f] = TReduction.IsExtremum ? best
                    : TReduction.IsMean && index.Degree(node) > 0 ? sum / index.Degree(node)
                    : sum;
                if (arg is not null)
                {
                    arg.Pointer[node * output.Columns + f] = bestEdge;
                }
            }
        }
    }

    /// <summary>What the gradient of a reduction hands to the value of one edge: all of it (Sum), a share (Mean), or all or nothing (Max, Min).</summary>
    private static unsafe double Share<TReduction>(EdgeIndex index, DeviceTensor<int>? arg, Cells<T> dOutput, int edge, long feature)
        where TReduction : struct, IReduction
    {
        var node = index.Index[edge];
        var gradient = dOutput[node, feature];
        if (TReduction.IsExtremum)
        {
            return arg!.Pointer[node * dOutput.Columns + feature] == edge ? gradient : 0;
        }

        return TReduction.IsMean ? gradient / index.Degree(node) : gradient;
    }
}
