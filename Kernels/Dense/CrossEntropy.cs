namespace Native.Kernels;

public abstract partial class DenseKernels<T>
{
    /// <summary>
    /// Softmax cross-entropy with integer labels: <c>loss = -Σ_{i not ignored} log softmax(logits_i)[label_i]</c>. All rows ignored: 0.
    /// A label outside <c>[0, C)</c> in a row that counts sets the device's status word to the row and makes the loss NaN.
    /// </summary>
    /// <param name="logits">Logits <c>[B, C]</c>.</param>
    /// <param name="label">Labels <c>[B]</c>; not read in ignored rows.</param>
    /// <param name="ignore">1 where a row is left out, <c>[B]</c>; null when every row counts.</param>
    /// <param name="loss">The sum, <c>[1]</c>, in nats; overwritten.</param>
    public void CrossEntropy(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, DeviceTensor<T> loss)
    {
        Check.Present(Device, logits);
        Check.Vector(Device, label, logits.Rows);
        Check.OptionalVector(Device, ignore, logits.Rows);
        Check.Vector(Device, loss, 1);
        CrossEntropyCore(logits, label, ignore, loss);
    }

    /// <summary>Gradient of <see cref="CrossEntropy"/>: <c>dLogits_i = c (softmax(logits_i) - onehot(label_i))</c>, 0 in ignored rows, NaN in a row whose label is out of range.</summary>
    /// <param name="logits">Logits <c>[B, C]</c>.</param>
    /// <param name="label">Labels <c>[B]</c>; not read in ignored rows.</param>
    /// <param name="ignore">1 where a row is left out, <c>[B]</c>; null when every row counts.</param>
    /// <param name="scale">Gradient of the loss, <c>c</c>: 1 for a sum, 1 over the number of rows for a mean.</param>
    /// <param name="dLogits">Gradient of the logits, <c>[B, C]</c>; overwritten; may be <paramref name="logits"/> itself.</param>
    public void CrossEntropyBackward(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, T scale, DeviceMatrix<T> dLogits)
    {
        Check.Present(Device, logits);
        Check.Vector(Device, label, logits.Rows);
        Check.OptionalVector(Device, ignore, logits.Rows);
        Check.Output(Device, dLogits, logits.Rows, logits.Columns);
        CrossEntropyBackwardCore(logits, label, ignore, scale, dLogits);
    }

    /// <summary>Device side of <see cref="CrossEntropy"/>; arguments are checked.</summary>
    protected abstract void CrossEntropyCore(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, DeviceTensor<T> loss);

    /// <summary>Device side of <see cref="CrossEntropyBackward"/>; arguments are checked.</summary>
    protected abstract void CrossEntropyBackwardCore(DeviceMatrix<T> logits, DeviceTensor<int> label, DeviceTensor<byte>? ignore, T scale, DeviceMatrix<T> dLogits);
}
