namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>
    /// Natural parameters of a prior and its messages: <c>η[k, i] = prior[k, i] + Σ_{e: index[e] = i} message[k, e]</c>. A variable without messages keeps its prior.
    /// Messages are added in the order of their edges, in blocks where a variable has many, as in <see cref="MessageKernels{T}.ScatterAdd"/>, of which this is one per
    /// parameter. Nothing is checked against a domain: only the sum has to be in it.
    /// </summary>
    /// <param name="index">Variable of every message, <c>[E]</c>.</param>
    /// <param name="prior">Natural parameters of the priors <c>[K, N]</c>; may be <paramref name="eta"/> itself, to add messages of another factor.</param>
    /// <param name="message">Messages <c>[K, E]</c>.</param>
    /// <param name="eta">Natural parameters <c>[K, N]</c>; overwritten.</param>
    public void Accumulate(DeviceEdgeIndex index, DeviceMatrix<T> prior, DeviceMatrix<T> message, DeviceMatrix<T> eta)
    {
        Check.Index(Device, index);
        Check.Present(Device, eta);
        Check.Output(Device, eta, eta.Rows, index.Nodes);
        Check.Matrix(Device, prior, eta.Rows, index.Nodes);
        Check.Matrix(Device, message, eta.Rows, index.Edges);
        Check.Apart(eta, message);
        var isInPlace = ReferenceEquals(prior.Tensor, eta.Tensor) && prior.Offset == eta.Offset && prior.Stride == eta.Stride;
        if (!isInPlace)
        {
            Check.Apart(eta, prior);
            Device.Dense<T>().Copy(prior, eta);
        }

        var messages = Device.Messages<T>();
        for (long k = 0; k < eta.Rows; k++)
        {
            messages.ScatterAdd(index, Column(message, k), Column(eta, k));
        }
    }

    /// <summary>A row as a matrix of one column.</summary>
    private static DeviceMatrix<T> Column(DeviceMatrix<T> matrix, long row) =>
        new(matrix.Tensor, matrix.Offset + row * matrix.Stride, matrix.Columns, 1, 1);
}
