namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Layer normalisation (Ba et al. 2016): <c>output = (x - mean) · inverseDeviation ⊙ weight + bias</c> per row,
    /// <c>inverseDeviation = 1 / √(variance + epsilon)</c>, the variance biased (divided by <c>F</c>).
    /// </summary>
    /// <param name="x">Input <c>[B, F]</c>, <c>F ≥ 1</c>.</param>
    /// <param name="weight">Scale <c>[F]</c>.</param>
    /// <param name="bias">Shift <c>[F]</c>.</param>
    /// <param name="output">Output <c>[B, F]</c>; overwritten.</param>
    /// <param name="mean">Receives the mean of every row, <c>[B]</c>.</param>
    /// <param name="inverseDeviation">Receives the inverse deviation of every row, <c>[B]</c>.</param>
    /// <param name="epsilon">Added to the variance, &gt; 0; 1e-5 by custom.</param>
    public void LayerNorm(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon = 1e-5)
    {
        Check.Present(Device, x);
        Check.Vector(Device, weight, x.Columns);
        Check.Vector(Device, bias, x.Columns);
        Check.Output(Device, output, x.Rows, x.Columns);
        Check.Vector(Device, mean, x.Rows);
        Check.Vector(Device, inverseDeviation, x.Rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        Check.Apart(output, x);
        LayerNormCore(x, weight, bias, output, mean, inverseDeviation, epsilon);
    }

    /// <summary>
    /// Gradient of <see cref="LayerNorm"/>. With <c>n = (x - mean) · inverseDeviation</c> and <c>h = dOutput ⊙ weight</c>:
    /// <c>dx = inverseDeviation · (h - mean_F(h) - n · mean_F(h ⊙ n))</c>, <c>dWeight += Σ_B dOutput ⊙ n</c>, <c>dBias += Σ_B dOutput</c>.
    /// </summary>
    /// <param name="x">Input <c>[B, F]</c>.</param>
    /// <param name="weight">Scale <c>[F]</c>.</param>
    /// <param name="mean">Means of the forward call, <c>[B]</c>.</param>
    /// <param name="inverseDeviation">Inverse deviations of the forward call, <c>[B]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, F]</c>.</param>
    /// <param name="dx">Gradient of the input, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dWeight">Gradient of the scale, <c>[F]</c>; accumulates; may be null.</param>
    /// <param name="dBias">Gradient of the shift, <c>[F]</c>; accumulates; may be null.</param>
    public void LayerNormBackward(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias)
    {
        Check.Present(Device, x);
        Check.Vector(Device, weight, x.Columns);
        Check.Vector(Device, mean, x.Rows);
        Check.Vector(Device, inverseDeviation, x.Rows);
        Check.Matrix(Device, dOutput, x.Rows, x.Columns);
        Check.OptionalOutput(Device, dx, x.Rows, x.Columns);
        Check.OptionalVector(Device, dWeight, x.Columns);
        Check.OptionalVector(Device, dBias, x.Columns);
        Check.Apart(dx, x);
        Check.Apart(dx, dOutput);
        LayerNormBackwardCore(x, weight, mean, inverseDeviation, dOutput, dx, dWeight, dBias);
    }

    /// <summary>Device side of <see cref="LayerNorm"/>; arguments are checked.</summary>
    protected abstract void LayerNormCore(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon);

    /// <summary>Device side of <see cref="LayerNormBackward"/>; arguments are checked.</summary>
    protected abstract void LayerNormBackwardCore(DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias);
}
