using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>Adam and AdamW (<see cref="AdamOptions.Decoupled"/>), as in PyTorch: see <see cref="UpdateKernels{T}.Adam"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Adam<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DeviceTensor<T>?[] _firstMoments;
    private readonly DeviceTensor<T>?[] _secondMoments;
    private AdamOptions _options;

    /// <summary>Creates the optimiser.</summary>
    /// <param name="parameters">The set; not owned.</param>
    /// <param name="options">Options.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public Adam(ParameterSet<T> parameters, AdamOptions options)
        : base(parameters)
    {
        Options = options;
        _firstMoments = AllocateState(parameters);
        _secondMoments = AllocateState(parameters);
    }

    /// <summary>Options; a schedule may change the learning rate between steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public AdamOptions Options
    {
        get => _options;
        set
        {
            Require.AtLeastZero(value.LearningRate, nameof(value.LearningRate));
            Require.AtLeastZero(value.WeightDecay, nameof(value.WeightDecay));
            Require.Decay(value.Beta1, nameof(value.Beta1));
            Require.Decay(value.Beta2, nameof(value.Beta2));
            if (!(value.Epsilon > 0) || double.IsInfinity(value.Epsilon))
            {
                throw new ArgumentOutOfRangeException(nameof(value), $"Epsilon: expected a finite number above 0, but got {value.Epsilon}.");
            }

            _options = value;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Free(_firstMoments);
        Free(_secondMoments);
    }

    private protected override void Update(int index, DeviceTensor<T> parameter, DeviceTensor<T> gradient, long step) =>
        Updates.Adam(parameter, gradient, _firstMoments[index]!, _secondMoments[index]!, step, _options);
}
