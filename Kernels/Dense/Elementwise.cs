namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>Sets every element: <c>output = value</c>.</summary>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    /// <param name="value">The value.</param>
    public void Fill(DeviceMatrix<T> output, T value)
    {
        Check.Output(Device, output, output.Rows, output.Columns);
        FillCore(output, value);
    }

    /// <summary>Copies, between any strides: <c>output = x</c>.</summary>
    /// <param name="x">Matrix <c>[B, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    public void Copy(DeviceMatrix<T> x, DeviceMatrix<T> output)
    {
        Check.Present(Device, x);
        Check.Output(Device, output, x.Rows, x.Columns);
        Check.Apart(output, x);
        CopyCore(x, output);
    }

    /// <summary>Scaled sum: <c>output = α x + β output</c>. With <c>β = 0</c> the old values are not read (NaN there does not matter).</summary>
    /// <param name="alpha">Factor <c>α</c> of <paramref name="x"/>.</param>
    /// <param name="x">Matrix <c>[B, F]</c>; one row may be repeated (stride 0); may be <paramref name="output"/> itself.</param>
    /// <param name="beta">Factor <c>β</c> of <paramref name="output"/>.</param>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    public void AddScaled(T alpha, DeviceMatrix<T> x, T beta, DeviceMatrix<T> output)
    {
        Check.Present(Device, x);
        Check.Output(Device, output, x.Rows, x.Columns);
        AddScaledCore(alpha, x, beta, output);
    }

    /// <summary>Device side of <see cref="Fill"/>; arguments are checked.</summary>
    protected abstract void FillCore(DeviceMatrix<T> output, T value);

    /// <summary>Device side of <see cref="Copy"/>; arguments are checked.</summary>
    protected abstract void CopyCore(DeviceMatrix<T> x, DeviceMatrix<T> output);

    /// <summary>Device side of <see cref="AddScaled"/>; arguments are checked.</summary>
    protected abstract void AddScaledCore(T alpha, DeviceMatrix<T> x, T beta, DeviceMatrix<T> output);
}
