namespace Native.Kernels;

/// <summary>Options of stochastic gradient descent.</summary>
/// <param name="LearningRate">Step size, ≥ 0.</param>
/// <param name="Momentum">Weight of the momentum buffer, ≥ 0.</param>
/// <param name="WeightDecay">Added to the gradient as <c>WeightDecay · p</c>, ≥ 0.</param>
public readonly record struct SgdOptions(double LearningRate, double Momentum = 0, double WeightDecay = 0);

public abstract partial class UpdateKernels<T>
{
    /// <summary>
    /// Stochastic gradient descent: <c>g ← gradient + weightDecay · p</c>; with momentum <c>b ← momentum · b + g</c> (first step: <c>b ← g</c>; no dampening, not Nesterov), <c>g ← b</c>;
    /// <c>p ← p - learningRate · g</c>.
    /// </summary>
    /// <param name="parameter"><c>p</c>; updated in place.</param>
    /// <param name="gradient">Gradient of the same size.</param>
    /// <param name="momentumBuffer"><c>b</c>, of the same size; updated in place; null exactly when there is no momentum.</param>
    /// <param name="step">Number of this step: 1, 2, ….</param>
    /// <param name="options">Options.</param>
    public void Sgd(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T>? momentumBuffer, long step, in SgdOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Check.Vector(Device, parameter, parameter.Count);
        Check.Vector(Device, gradient, parameter.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        if (options.Momentum != 0)
        {
            Check.Vector(Device, momentumBuffer, parameter.Count);
        }

        SgdCore(parameter, gradient, momentumBuffer, step, options);
    }

    /// <summary>Device side of <see cref="Sgd"/>; arguments are checked.</summary>
    protected abstract void SgdCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T>? momentumBuffer, long step, in SgdOptions options);
}
