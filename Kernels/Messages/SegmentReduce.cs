namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// Reduces the rows of every segment <c>{e : index[e] = i}</c>: <c>output[i] = REDUCE_e v[e]</c>. Sum and Mean of an empty segment are 0.
    /// Max and Min honour infinities, NaN wins (the first NaN of a feature gives <c>arg</c>), and an empty segment gives <paramref name="fill"/> and <c>arg = -1</c>.
    /// </summary>
    /// <typeparam name="TReduction"><see cref="Sum"/>, <see cref="Mean"/>, <see cref="Max"/> or <see cref="Min"/>.</typeparam>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="v">Edge values <c>[E, F]</c>.</param>
    /// <param name="output">Segment values <c>[N, F]</c>; overwritten.</param>
    /// <param name="arg">Max and Min: receives the number of the first extremal edge in the order of the edges, <c>[N, F]</c>, or -1; may be null. Must be null for Sum and Mean.</param>
    /// <param name="fill">Max and Min: value of an empty segment.</param>
    public void SegmentReduce<TReduction>(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg = null, T fill = default)
        where TReduction : struct, IReduction
    {
        Check.Index(Device, index);
        Check.Matrix(Device, v, index.Edges, output.Columns);
        Check.Output(Device, output, index.Nodes, output.Columns);
        CheckArg<TReduction>(arg, index.Nodes, output.Columns, required: false);
        Check.Apart(output, v);
        SegmentReduceCore<TReduction>(index, v, output, arg, fill);
    }

    /// <summary>
    /// Gradient of <see cref="SegmentReduce"/>. Sum: <c>dv[e] = dOutput[i]</c>; Mean: divided by the number of edges of <c>i = index[e]</c>;
    /// Max, Min: <c>dv[e, f] = dOutput[i, f]</c> where <c>arg[i, f] = e</c>, else 0.
    /// </summary>
    /// <typeparam name="TReduction">The reduction of the forward call.</typeparam>
    /// <param name="index">Segment of every edge, <c>[E]</c>.</param>
    /// <param name="arg">Max and Min: what the forward call wrote, <c>[N, F]</c>; null for Sum and Mean.</param>
    /// <param name="dOutput">Gradient of the output, <c>[N, F]</c>.</param>
    /// <param name="dv">Gradient of the edge values, <c>[E, F]</c>; overwritten.</param>
    public void SegmentReduceBackward<TReduction>(DeviceEdgeIndex index, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
        where TReduction : struct, IReduction
    {
        Check.Index(Device, index);
        Check.Matrix(Device, dOutput, index.Nodes, dv.Columns);
        Check.Output(Device, dv, index.Edges, dv.Columns);
        CheckArg<TReduction>(arg, index.Nodes, dv.Columns, required: true);
        Check.Apart(dv, dOutput);
        SegmentReduceBackwardCore<TReduction>(index, arg, dOutput, dv);
    }

    /// <summary>Device side of <see cref="SegmentReduce"/>; arguments are checked.</summary>
    protected abstract void SegmentReduceCore<TReduction>(DeviceEdgeIndex index, DeviceMatrix<T> v, DeviceMatrix<T> output, DeviceTensor<int>? arg, T fill)
        where TReduction : struct, IReduction;

    /// <summary>Device side of <see cref="SegmentReduceBackward"/>; arguments are checked.</summary>
    protected abstract void SegmentReduceBackwardCore<TReduction>(DeviceEdgeIndex index, DeviceTensor<int>? arg, DeviceMatrix<T> dOutput, DeviceMatrix<T> dv)
        where TReduction : struct, IReduction;

    private void CheckArg<TReduction>(DeviceTensor<int>? arg, long nodes, long features, bool required)
        where TReduction : struct, IReduction
    {
        if (!TReduction.IsExtremum)
        {
            if (arg is not null)
            {
                throw new ArgumentException($"arg: expected null, since only Max and Min have an arg, but got one for {typeof(TReduction).Name}.", nameof(arg));
            }
        }
        else if (required)
        {
            Check.Vector(Device, arg, nodes * features);
        }
        else
        {
            Check.OptionalVector(Device, arg, nodes * features);
        }
    }
}
