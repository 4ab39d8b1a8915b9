namespace Native.Kernels;

/// <summary>Options of <see cref="UpdateKernels{T}.Adam"/>.</summary>
/// <param name="LearningRate">Step size, ≥ 0.</param>
/// <param name="Beta1">Decay of the first moment, in <c>[0, 1)</c>.</param>
/// <param name="Beta2">Decay of the second moment, in <c>[0, 1)</c>.</param>
/// <param name="Epsilon">Added outside the root, &gt; 0.</param>
/// <param name="WeightDecay">Weight decay, ≥ 0.</param>
/// <param name="Decoupled">False: Adam, the decay is added to the gradient. True: AdamW, the parameter is scaled by <c>1 - LearningRate · WeightDecay</c> first.</param>
public readonly record struct AdamOptions(double LearningRate = 1e-3, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0, bool Decoupled = false)
{
    /// <summary>The defaults of the other constructor. (<c>default</c> is all zeros, which no optimiser accepts.)</summary>
    public AdamOptions()
        : this(1e-3)
    {
    }
}

public abstract partial class UpdateKernels<T>
{
    /// <summary>
    /// Adam (Kingma &amp; Ba 2015) and AdamW (Loshchilov &amp; Hutter 2019): <c>m ← β₁ m + (1-β₁) g</c>, <c>v ← β₂ v + (1-β₂) g²</c>,
    /// <c>p ← p - learningRate · m̂ / (√v̂ + ε)</c>, <c>m̂ = m / (1-β₁ᵗ)</c>, <c>v̂ = v / (1-β₂ᵗ)</c>. Weight decay as <see cref="AdamOptions.Decoupled"/> says.
    /// </summary>
    /// <param name="parameter"><c>p</c>; updated in place.</param>
    /// <param name="gradient"><c>g</c>, of the same size.</param>
    /// <param name="firstMoment"><c>m</c>, of the same size; updated in place; 0 before the first step.</param>
    /// <param name="secondMoment"><c>v</c>, of the same size; updated in place; 0 before the first step.</param>
    /// <param name="step"><c>t</c>, the number of this step: 1, 2, ….</param>
    /// <param name="options">Options.</param>
    public void Adam(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T> firstMoment, DeviceTensor<T> secondMoment, long step, in AdamOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Check.Vector(Device, parameter, parameter.Count);
        Check.Vector(Device, gradient, parameter.Count);
        Check.Vector(Device, firstMoment, parameter.Count);
        Check.Vector(Device, secondMoment, parameter.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        AdamCore(parameter, gradient, firstMoment, secondMoment, step, options);
    }

    /// <summary>Device side of <see cref="Adam"/>; arguments are checked.</summary>
    protected abstract void AdamCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T> firstMoment, DeviceTensor<T> secondMoment, long step, in AdamOptions options);
}
