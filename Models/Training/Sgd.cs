using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>Stochastic gradient descent with momentum, as PyTorch's <c>SGD</c>: see <see cref="UpdateKernels{T}.Sgd"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DeviceTensor<T>?[]? _momentum;
    private SgdOptions _options;

    /// <summary>Creates the optimiser.</summary>
    /// <param name="parameters">The set; not owned.</param>
    /// <param name="options">Options.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public Sgd(ParameterSet<T> parameters, SgdOptions options)
        : base(parameters)
    {
        Options = options;
        _momentum = options.Momentum == 0 ? null : AllocateState(parameters);
    }

    /// <summary>Options; a schedule may change the learning rate between steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or momentum is switched on or off after the first step.</exception>
    public SgdOptions Options
    {
        get => _options;
        set
        {
            Require.AtLeastZero(value.LearningRate, nameof(value.LearningRate));
            Require.AtLeastZero(value.Momentum, nameof(value.Momentum));
            Require.AtLeastZero(value.WeightDecay, nameof(value.WeightDecay));
            if (Steps > 0 && (value.Momentum == 0) != (_options.Momentum == 0))
            {
                throw new ArgumentOutOfRangeException(nameof(value), $"Momentum: expected {(_options.Momentum == 0 ? "0" : "more than 0")} as at the start, but got {value.Momentum}.");
            }

            _options = value;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => Free(_momentum);

    private protected override void Update(int index, DeviceTensor<T> parameter, DeviceTensor<T> gradient, long step) =>
        Updates.Sgd(parameter, gradient, _momentum?[index], step, _options);
}
