namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>
    /// Log partition function <c>A(η)</c>, without the base measure. It is a sum of log gamma functions where the family has them; its error is some ulp of the largest.
    /// </summary>
    /// <typeparam name="TFamily">The family.</typeparam>
    /// <param name="eta">Natural parameters <c>[K, n]</c>.</param>
    /// <param name="output"><c>A [n]</c>; overwritten; NaN outside the domain.</param>
    public void LogPartition<TFamily>(DeviceMatrix<T> eta, DeviceTensor<T> output)
        where TFamily : struct, IExponentialFamily
    {
        Check.Present(Device, eta);
        Check.Family<TFamily, T>(eta);
        Check.Vector(Device, output, eta.Columns);
        Check.Apart(output, eta);
        LogPartitionCore<TFamily>(eta, output);
    }

    /// <summary>Device side of <see cref="LogPartition"/>; arguments are checked.</summary>
    protected abstract void LogPartitionCore<TFamily>(DeviceMatrix<T> eta, DeviceTensor<T> output)
        where TFamily : struct, IExponentialFamily;
}
