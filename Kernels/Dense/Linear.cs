namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Linear layer with fused bias and activation: <c>z = x Wᵀ + r ⊗ b</c> (<c>+ output</c> if <paramref name="accumulate"/>), <c>output = f(z)</c>.
    /// <c>r</c> is 1 for every row unless <paramref name="biasScale"/> says otherwise (the in-degree, for a bias that stands behind a sum of messages).
    /// </summary>
    /// <typeparam name="TActivation">The activation <c>f</c>.</typeparam>
    /// <param name="x">Input <c>[B, in]</c>.</param>
    /// <param name="weight"><c>W [out, in]</c>; may be a range of columns of a wider weight.</param>
    /// <param name="bias"><c>b [out]</c>; may be null.</param>
    /// <param name="output">Output <c>[B, out]</c>; overwritten.</param>
    /// <param name="preactivation">Receives <c>z [B, out]</c> for the backward pass; may be absent.</param>
    /// <param name="biasScale"><c>r [B]</c>; null for 1.</param>
    /// <param name="accumulate">Adds what <paramref name="output"/> holds to <c>z</c> before the activation: for products of several inputs.</param>
    public void Linear<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> weight, DeviceTensor<T>? bias, DeviceMatrix<T> output, DeviceMatrix<T> preactivation = default, DeviceTensor<T>? biasScale = null, bool accumulate = false)
        where TActivation : struct, IActivation
    {
        Check.Present(Device, x);
        Check.Output(Device, output, x.Rows, output.Columns);
        Check.Matrix(Device, weight, output.Columns, x.Columns);
        Check.OptionalVector(Device, bias, output.Columns);
        Check.OptionalOutput(Device, preactivation, x.Rows, output.Columns);
        Check.OptionalVector(Device, biasScale, x.Rows);
        Check.Apart(output, x);
        Check.Apart(output, weight);
        Check.Apart(preactivation, x);
        Check.Apart(preactivation, output);
        LinearCore<TActivation>(x, weight, bias, output, preactivation, biasScale, accumulate);
    }

    /// <summary>
    /// Gradient of <see cref="Linear"/>: <c>dz = dOutput ⊙ f'(z)</c>, <c>dx = dz W</c>, <c>dW += dzᵀ x</c>, <c>db += Σ_B r dz</c>.
    /// </summary>
    /// <typeparam name="TActivation">The activation of the forward call.</typeparam>
    /// <param name="x">Input <c>[B, in]</c>; may be absent when <paramref name="dWeight"/> is.</param>
    /// <param name="weight"><c>W [out, in]</c>; may be absent when <paramref name="dx"/> is.</param>
    /// <param name="preactivation"><c>z [B, out]</c>. For Identity it may be absent; for ReLU and LeakyReLU the output serves as well, since it has the same sign.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, out]</c>.</param>
    /// <param name="dPreactivation">Workspace; receives <c>dz [B, out]</c>; may be <paramref name="dOutput"/> itself.</param>
    /// <param name="dx">Gradient of the input, <c>[B, in]</c>; overwritten; may be absent.</param>
    /// <param name="dWeight">Gradient of the weight, <c>[out, in]</c>; accumulates; may be absent.</param>
    /// <param name="dBias">Gradient of the bias, <c>[out]</c>; accumulates; may be null.</param>
    /// <param name="biasScale"><c>r [B]</c> of the forward call.</param>
    public void LinearBackward<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> weight, DeviceMatrix<T> preactivation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dPreactivation, DeviceMatrix<T> dx, DeviceMatrix<T> dWeight, DeviceTensor<T>? dBias, DeviceTensor<T>? biasScale = null)
        where TActivation : struct, IActivation
    {
        ApplyBackward<TActivation>(preactivation, dOutput, dPreactivation, dBias, biasScale);
        if (!dx.IsAbsent)
        {
            MatrixProduct(dPreactivation, Transpose.No, weight, Transpose.No, dx);
        }

        if (!dWeight.IsAbsent)
        {
            MatrixProduct(dPreactivation, Transpose.Yes, x, Transpose.No, dWeight, accumulate: true);
        }
    }

    /// <summary>Device side of <see cref="Linear"/>; arguments are checked.</summary>
    protected abstract void LinearCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> weight, DeviceTensor<T>? bias, DeviceMatrix<T> output, DeviceMatrix<T> preactivation, DeviceTensor<T>? biasScale, bool accumulate)
        where TActivation : struct, IActivation;
}
