namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>Elementwise function: <c>output = f(x)</c>. NaN gives NaN.</summary>
    /// <typeparam name="TFunction">The function <c>f</c>: an activation, or one of the elementary and special functions (<see cref="Exp"/>, <see cref="Digamma"/>, …), whose accuracy <see cref="Functions"/> states.</typeparam>
    /// <param name="x">Input <c>[B, F]</c>.</param>
    /// <param name="output">Output <c>[B, F]</c>; overwritten; may be <paramref name="x"/> itself.</param>
    public void Apply<TFunction>(DeviceMatrix<T> x, DeviceMatrix<T> output)
        where TFunction : struct, IFunction
    {
        Check.Present(Device, x);
        Check.Output(Device, output, x.Rows, x.Columns);
        ApplyCore<TFunction>(x, output);
    }

    /// <summary>
    /// Gradient of an activation, with the gradient of a bias in front of it: <c>dx = dOutput ⊙ f'(x)</c>, <c>dBias[j] += Σ_i r_i dx[i, j]</c>.
    /// With <see cref="Identity"/> and <paramref name="dx"/> absent this is a sum over rows.
    /// </summary>
    /// <typeparam name="TActivation">The activation of the forward call.</typeparam>
    /// <param name="x">Input of the activation, <c>[B, F]</c>. For Identity it may be absent; for ReLU and LeakyReLU the output serves as well, since it has the same sign.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, F]</c>.</param>
    /// <param name="dx">Gradient of the input, <c>[B, F]</c>; overwritten; may be <paramref name="dOutput"/> itself; may be absent.</param>
    /// <param name="dBias">Gradient of the bias, <c>[F]</c>; accumulates; may be null.</param>
    /// <param name="biasScale"><c>r [B]</c>; null for 1.</param>
    public void ApplyBackward<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dBias = null, DeviceTensor<T>? biasScale = null)
        where TActivation : struct, IActivation
    {
        Check.Present(Device, dOutput);
        if (typeof(TActivation) == typeof(Identity))
        {
            Check.OptionalMatrix(Device, x, dOutput.Rows, dOutput.Columns);
        }
        else
        {
            Check.Matrix(Device, x, dOutput.Rows, dOutput.Columns);
        }

        Check.OptionalOutput(Device, dx, dOutput.Rows, dOutput.Columns);
        Check.OptionalVector(Device, dBias, dOutput.Columns);
        Check.OptionalVector(Device, biasScale, dOutput.Rows);
        ApplyBackwardCore<TActivation>(x, dOutput, dx, dBias, biasScale);
    }

    /// <summary>Device side of <see cref="Apply"/>; arguments are checked.</summary>
    protected abstract void ApplyCore<TFunction>(DeviceMatrix<T> x, DeviceMatrix<T> output)
        where TFunction : struct, IFunction;

    /// <summary>Device side of <see cref="ApplyBackward"/>; arguments are checked.</summary>
    protected abstract void ApplyBackwardCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dBias, DeviceTensor<T>? biasScale)
        where TActivation : struct, IActivation;
}
