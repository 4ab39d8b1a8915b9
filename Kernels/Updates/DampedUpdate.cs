namespace Native.Kernels;

public abstract partial class UpdateKernels<T>
{
    /// <summary>
    /// Damped update: <c>η ← d·η + (1-d)·η*</c>, fused with <c>maxChange = max|Δη|</c>, the change really made. In the space of natural parameters it is a
    /// natural-gradient step of size <c>1 - d</c> (Winn and Bishop 2005; Hoffman et al. 2013, section 2.4).
    /// </summary>
    /// <remarks>
    /// <para>An element for which <c>η = η*</c> stays as it is, and its change is 0, infinities included (log probabilities of 0). With <c>d = 0</c> the result is
    /// <c>η*</c>: <c>0·(±∞) = 0</c>. From an infinity to anything else the change is <c>∞</c>.</para>
    /// <para>NaN in <c>η</c> or <c>η*</c>, or infinities of opposite sign that cancel, give NaN in that element and in <paramref name="maxChange"/>, and the first such element, counted by
    /// rows, in the device's status word (<see cref="Device.ThrowIfFaulted"/>).</para>
    /// </remarks>
    /// <param name="parameter"><c>η [N, K]</c>; updated in place.</param>
    /// <param name="proposal"><c>η* [N, K]</c>.</param>
    /// <param name="damping"><c>d</c>, the weight of the old value, in <c>[0, 1)</c>.</param>
    /// <param name="maxChange">Receives <c>max|Δη| [1]</c>; 0 for an empty matrix; overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="damping"/> is outside <c>[0, 1)</c> or NaN.</exception>
    public void DampedUpdate(DeviceMatrix<T> parameter, DeviceMatrix<T> proposal, double damping, DeviceTensor<T> maxChange)
    {
        Check.Present(Device, parameter);
        Check.Output(Device, parameter, parameter.Rows, parameter.Columns);
        Check.Matrix(Device, proposal, parameter.Rows, parameter.Columns);
        Check.Vector(Device, maxChange, 1);
        if (!(damping >= 0 && damping < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(damping), damping, $"damping: expected a weight of the old value in [0, 1), but got {damping}.");
        }

        Check.Apart(parameter, proposal);
        DampedUpdateCore(parameter, proposal, damping, maxChange);
    }

    /// <summary>Device side of <see cref="DampedUpdate"/>; arguments are checked.</summary>
    protected abstract void DampedUpdateCore(DeviceMatrix<T> parameter, DeviceMatrix<T> proposal, double damping, DeviceTensor<T> maxChange);
}
