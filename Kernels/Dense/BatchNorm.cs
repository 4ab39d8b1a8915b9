namespace Native.Kernels;

/// <summary>What batch normalisation normalises by.</summary>
public enum BatchNormMode
{
    /// <summary>The statistics of the batch, which also move the running statistics.</summary>
    Train,

    /// <summary>The running statistics, which stay as they are.</summary>
    Evaluate,
}

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Batch normalisation over rows (Ioffe &amp; Szegedy 2015): <c>output = (x - mean) · inverseDeviation ⊙ weight + bias</c> per feature, <c>inverseDeviation = 1 / √(variance + epsilon)</c>.
    /// Train: mean and biased variance of the batch, and <c>running = (1 - momentum) · running + momentum · batch</c> with the unbiased variance. Evaluate: the running statistics.
    /// </summary>
    /// <param name="mode">Which statistics are used.</param>
    /// <param name="x">Input <c>[B, F]</c>; Train: <c>B ≥ 2</c>.</param>
    /// <param name="weight">Scale <c>[F]</c>.</param>
    /// <param name="bias">Shift <c>[F]</c>.</param>
    /// <param name="runningMean">Running mean <c>[F]</c>; Train: updated in place.</param>
    /// <param name="runningVariance">Running unbiased variance <c>[F]</c>; Train: updated in place.</param>
    /// <param name="output">Output <c>[B, F]</c>; overwritten.</param>
    /// <param name="mean">Receives the mean used, <c>[F]</c>.</param>
    /// <param name="inverseDeviation">Receives the inverse deviation used, <c>[F]</c>.</param>
    /// <param name="epsilon">Added to the variance, &gt; 0; 1e-5 by custom.</param>
    /// <param name="momentum">Weight of the batch in the running statistics, in <c>[0, 1]</c>; 0.1 by custom.</param>
    /// <exception cref="ArgumentException">Train with fewer than two rows: the unbiased variance does not exist.</exception>
    public void BatchNorm(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceTensor<T> runningMean, DeviceTensor<T> runningVariance, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon = 1e-5, double momentum = 0.1)
    {
        Check.Present(Device, x);
        if (mode == BatchNormMode.Train && x.Rows < 2)
        {
            throw new ArgumentException($"x: expected at least 2 rows in Train mode, but got {x.Rows}.", nameof(x));
        }

        Check.Vector(Device, weight, x.Columns);
        Check.Vector(Device, bias, x.Columns);
        Check.Vector(Device, runningMean, x.Columns);
        Check.Vector(Device, runningVariance, x.Columns);
        Check.Output(Device, output, x.Rows, x.Columns);
        Check.Vector(Device, mean, x.Columns);
        Check.Vector(Device, inverseDeviation, x.Columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(momentum, 1);
        Check.Apart(output, x);
        BatchNormCore(mode, x, weight, bias, runningMean, runningVariance, output, mean, inverseDeviation, epsilon, momentum);
    }

    /// <summary>
    /// Gradient of <see cref="BatchNorm"/>. With <c>n = (x - mean) · inverseDeviation</c> and <c>h = dOutput ⊙ weight</c>:
    /// Train <c>dx = inverseDeviation · (h - mean_B(h) - n · mean_B(h ⊙ n))</c>, Evaluate <c>dx = inverseDeviation · h</c>;
    /// <c>dWeight += Σ_B dOutput ⊙ n</c>, <c>dBias += Σ_B dOutput</c>.
    /// </summary>
    /// <param name="mode">The mode of the forward call.</param>
    /// <param name="x">Input <c>[B, F]</c>.</param>
    /// <param name="weight">Scale <c>[F]</c>.</param>
    /// <param name="mean">Mean used by the forward call, <c>[F]</c>.</param>
    /// <param name="inverseDeviation">Inverse deviation used by the forward call, <c>[F]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, F]</c>.</param>
    /// <param name="dx">Gradient of the input, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dWeight">Gradient of the scale, <c>[F]</c>; accumulates; may be null.</param>
    /// <param name="dBias">Gradient of the shift, <c>[F]</c>; accumulates; may be null.</param>
    public void BatchNormBackward(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias)
    {
        Check.Present(Device, x);
        Check.Vector(Device, weight, x.Columns);
        Check.Vector(Device, mean, x.Columns);
        Check.Vector(Device, inverseDeviation, x.Columns);
        Check.Matrix(Device, dOutput, x.Rows, x.Columns);
        Check.OptionalOutput(Device, dx, x.Rows, x.Columns);
        Check.OptionalVector(Device, dWeight, x.Columns);
        Check.OptionalVector(Device, dBias, x.Columns);
        Check.Apart(dx, x);
        Check.Apart(dx, dOutput);
        BatchNormBackwardCore(mode, x, weight, mean, inverseDeviation, dOutput, dx, dWeight, dBias);
    }

    /// <summary>Device side of <see cref="BatchNorm"/>; arguments are checked.</summary>
    protected abstract void BatchNormCore(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> bias, DeviceTensor<T> runningMean, DeviceTensor<T> runningVariance, DeviceMatrix<T> output, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, double epsilon, double momentum);

    /// <summary>Device side of <see cref="BatchNormBackward"/>; arguments are checked.</summary>
    protected abstract void BatchNormBackwardCore(BatchNormMode mode, DeviceMatrix<T> x, DeviceTensor<T> weight, DeviceTensor<T> mean, DeviceTensor<T> inverseDeviation, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dWeight, DeviceTensor<T>? dBias);
}
