namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>Squared error, without a factor ½: <c>loss = Σ (prediction - target)²</c>.</summary>
    /// <param name="prediction">Predictions <c>[B, F]</c>.</param>
    /// <param name="target">Targets <c>[B, F]</c>.</param>
    /// <param name="loss">The sum, <c>[1]</c>, in nats; overwritten.</param>
    public void SquaredError(DeviceMatrix<T> prediction, DeviceMatrix<T> target, DeviceTensor<T> loss)
    {
        Check.Present(Device, prediction);
        Check.Matrix(Device, target, prediction.Rows, prediction.Columns);
        Check.Vector(Device, loss, 1);
        SquaredErrorCore(prediction, target, loss);
    }

    /// <summary>Gradient of <see cref="SquaredError"/>: <c>dPrediction = 2c (prediction - target) = -dTarget</c>.</summary>
    /// <param name="prediction">Predictions <c>[B, F]</c>.</param>
    /// <param name="target">Targets <c>[B, F]</c>.</param>
    /// <param name="scale">Gradient of the loss, <c>c</c>: 1 for a sum, <c>1/B</c> for a mean per row.</param>
    /// <param name="dPrediction">Gradient of the predictions, <c>[B, F]</c>; overwritten; may be absent.</param>
    /// <param name="dTarget">Gradient of the targets, <c>[B, F]</c>; overwritten; may be absent.</param>
    public void SquaredErrorBackward(DeviceMatrix<T> prediction, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dPrediction, DeviceMatrix<T> dTarget)
    {
        Check.Present(Device, prediction);
        Check.Matrix(Device, target, prediction.Rows, prediction.Columns);
        Check.OptionalOutput(Device, dPrediction, prediction.Rows, prediction.Columns);
        Check.OptionalOutput(Device, dTarget, prediction.Rows, prediction.Columns);
        Check.Apart(dPrediction, prediction);
        Check.Apart(dPrediction, target);
        Check.Apart(dTarget, prediction);
        Check.Apart(dTarget, target);
        SquaredErrorBackwardCore(prediction, target, scale, dPrediction, dTarget);
    }

    /// <summary>Device side of <see cref="SquaredError"/>; arguments are checked.</summary>
    protected abstract void SquaredErrorCore(DeviceMatrix<T> prediction, DeviceMatrix<T> target, DeviceTensor<T> loss);

    /// <summary>Device side of <see cref="SquaredErrorBackward"/>; arguments are checked.</summary>
    protected abstract void SquaredErrorBackwardCore(DeviceMatrix<T> prediction, DeviceMatrix<T> target, T scale, DeviceMatrix<T> dPrediction, DeviceMatrix<T> dTarget);
}
