namespace Native.Models;

/// <summary>Which of two checked states is better.</summary>
public enum ModelSelection
{
    /// <summary>The one with the smaller validation loss.</summary>
    ValidationLoss,

    /// <summary>The one with the higher validation accuracy; among equals, the smaller validation loss.</summary>
    ValidationAccuracy,
}

/// <summary>Options of <see cref="Trainer{T}"/>.</summary>
/// <param name="MaximumEpochs">Steps of the optimiser at most, ≥ 0.</param>
/// <param name="Patience">Training stops when the validation has not improved for this many epochs; 0 to go on to the end. Without validation nodes it has no effect.</param>
/// <param name="CheckEvery">Losses are downloaded and compared every so many epochs; 0 for the device's cadence: every epoch where the host can address its memory, else every 16.</param>
/// <param name="Selection">Which of two checked states is better.</param>
public sealed record TrainerOptions(int MaximumEpochs = 300, int Patience = 50, int CheckEvery = 0, ModelSelection Selection = ModelSelection.ValidationLoss);

/// <summary>What a check found. All numbers belong to the state after <paramref name="Epoch"/> steps.</summary>
/// <param name="Epoch">Steps done: 0 is the state before training.</param>
/// <param name="TrainingLoss">Mean cross-entropy over the training nodes, in nats.</param>
/// <param name="TrainingAccuracy">Fraction of the training nodes whose largest logit is that of their label.</param>
/// <param name="ValidationLoss">Mean cross-entropy over the validation nodes, in nats; NaN without any.</param>
/// <param name="ValidationAccuracy">Fraction of the validation nodes that are right; NaN without any.</param>
public readonly record struct TrainingCheck(int Epoch, double TrainingLoss, double TrainingAccuracy, double ValidationLoss, double ValidationAccuracy);

/// <summary>Why training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs were done.</summary>
    MaximumEpochs,

    /// <summary>The validation had not improved for as long as the patience lasts.</summary>
    NoImprovement,
}

/// <summary>How a training run went.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Best">The check whose state the model is in: the best one with validation nodes, the last one without.</param>
/// <param name="History">All checks, first to last.</param>
public sealed record TrainingResult(TrainingEnd End, TrainingCheck Best, IReadOnlyList<TrainingCheck> History);

/// <summary>A loss was not finite. The message names the epoch, the loss and the cause where it can be found.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="epoch">Steps done when it was found.</param>
    /// <param name="lastGoodEpoch">Steps done at the state to which the parameters were set back; null when no check was good.</param>
    /// <param name="message">What went wrong.</param>
    public TrainingDivergedException(int epoch, int? lastGoodEpoch, string message)
        : base(message) => (Epoch, LastGoodEpoch) = (epoch, lastGoodEpoch);

    /// <summary>Steps done when it was found.</summary>
    public int Epoch { get; }

    /// <summary>Steps done at the state to which the parameters were set back; null when no check was good.</summary>
    public int? LastGoodEpoch { get; }
}
