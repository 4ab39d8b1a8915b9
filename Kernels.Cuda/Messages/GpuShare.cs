using System.Numerics;

namespace Native.Kernels.Cuda;

/// <summary>What the gradient of a reduction hands to the value of one edge: all of it (Sum), a share (Mean), or all or nothing (Max, Min).</summary>
internal readonly struct GpuShare<T, TReduction>(GpuRows rows, GpuMatrix<int> arg, GpuMatrix<T> dOutput)
    where T : unmanaged, IFloatingPointIeee754<T>
    where TReduction : struct, IReduction
{
    /// <summary>The rows that were reduced.</summary>
    public readonly GpuRows Rows = rows;

    private readonly GpuMatrix<int> _arg = arg;
    private readonly GpuMatrix<T> _dOutput = dOutput;

    public long Columns => _dOutput.Columns;

    /// <summary>Whether the edge has a gradient at all at a feature: it won the comparison, or there was none.</summary>
    public bool Counts(int node, int edge, long feature) => !TReduction.IsExtremum || _arg.Elements[node * _dOutput.Columns + feature] == edge;

    public T Value(int node, int edge, long feature)
    {
        if (!Counts(node, edge, feature))
        {
            return T.Zero;
        }

        var gradient = _dOutput[node, feature];
        return TReduction.IsMean ? gradient / Rows.Divisor<T>(node) : gradient;
    }
}
