using Native.Kernels;

namespace Native.Models;

/// <summary>The order in which belief propagation sends its messages.</summary>
public enum MessageSchedule
{
    /// <summary><see cref="Tree"/> where there is no loop and no damping, else <see cref="Flooding"/>.</summary>
    Automatic,

    /// <summary>From the leaves to the roots and back: every message twice at most, exact. A graph with a loop is an error that names it.</summary>
    Tree,

    /// <summary>All messages of variables, then all messages of factors, again and again.</summary>
    Flooding,

    /// <summary>
    /// Always the factor whose messages would change most (Elidan, McGraw and Koller 2006). One iteration is as many factors as the graph has.
    /// Needs a device whose memory the host can read, since every step depends on the last.
    /// </summary>
    Residual,
}

/// <summary>How belief propagation runs.</summary>
public sealed record BeliefPropagationOptions
{
    /// <summary>Marginals (<see cref="Semiring.SumProduct"/>) or the most probable states (<see cref="Semiring.MaxProduct"/>).</summary>
    public Semiring Semiring { get; init; } = Semiring.SumProduct;

    /// <summary>The order of the messages.</summary>
    public MessageSchedule Schedule { get; init; } = MessageSchedule.Automatic;

    /// <summary>Most iterations of <see cref="MessageSchedule.Flooding"/> and <see cref="MessageSchedule.Residual"/> in one run, ≥ 0.</summary>
    public int MaximumIterations { get; init; } = 1000;

    /// <summary>
    /// Converged means that no message changes by more than this: the largest <c>|Δ| / ((1-d) max(1, |message|))</c> over all states, in logarithms. 0 never stops early;
    /// null for 1e-12 in double and 1e-5 in float.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>The weight <c>d</c> of the old message of a factor against the new one, in the log domain, in [0, 1).</summary>
    public double Damping { get; init; }

    /// <summary>Flooding: iterations between two looks at the change of the messages; 0 for every iteration where the host can read the device's memory, else 16.</summary>
    public int CheckEvery { get; init; }
}

/// <summary>What a run of belief propagation has come to.</summary>
/// <param name="Converged">Whether the messages stand still; always on a tree in its own schedule.</param>
/// <param name="Iterations">Iterations done in this run.</param>
/// <param name="Change">The largest change of a message when last looked at, as <see cref="BeliefPropagationOptions.Tolerance"/> measures it; NaN when never.</param>
public readonly record struct BeliefPropagationResult(bool Converged, int Iterations, double Change);
