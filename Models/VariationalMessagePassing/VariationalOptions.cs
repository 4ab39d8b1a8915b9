namespace Native.Models;

/// <summary>The order of the updates of variational message passing.</summary>
public enum VariationalSchedule
{
    /// <summary>One variable array after the other, each from the newest moments of its neighbours: the free energy never rises.</summary>
    Sequential,

    /// <summary>All at once from the moments of the last sweep. Promises nothing; damping helps.</summary>
    Parallel,
}

/// <summary>How variational message passing runs.</summary>
public sealed record VariationalOptions
{
    /// <summary>The order of the updates.</summary>
    public VariationalSchedule Schedule { get; init; } = VariationalSchedule.Sequential;

    /// <summary>The weight <c>d</c> of the old natural parameters, in [0, 1): <c>η ← d·η + (1-d)·η*</c>.</summary>
    public double Damping { get; init; }

    /// <summary>Most sweeps of one run, ≥ 0.</summary>
    public int MaximumSweeps { get; init; } = 1000;

    /// <summary>
    /// Converged means that both stand still: <c>|ΔF| / (1 + |F|)</c> of two checks is at most this, and <c>max |Δη| / ((1-d)(1 + |η|))</c> at most <see cref="ChangeTolerance"/>. 0 never stops early; null for
    /// 1e-10 in double and 1e-6 in float.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>
    /// The tolerance of the change of the posteriors; null for <see cref="Tolerance"/> in double and 1e-5 in float. In float the change is relative to the largest parameter of a variable array, since the
    /// rounding of long sums moves the small ones.
    /// </summary>
    public double? ChangeTolerance { get; init; }

    /// <summary>Names of the latent variables in the order of their updates; null for the order in which the model states them.</summary>
    public IReadOnlyList<string>? Order { get; init; }

    /// <summary>Seed of the random responsibilities with which gates start that have no start of their own.</summary>
    public ulong Seed { get; init; }

    /// <summary>Sweeps between two checks of domains, free energy and convergence; 0 for every sweep where the host can read the device's memory, else 16.</summary>
    public int CheckEvery { get; init; }
}

/// <summary>What a run of variational message passing has come to.</summary>
/// <param name="Converged">Whether the free energy and the posteriors stand still.</param>
/// <param name="Sweeps">Sweeps since the start, over all runs.</param>
/// <param name="FreeEnergy"><c>F = E_q[log q] - E_q[log p] = -ELBO</c> in nats when last checked; NaN before, and in stochastic runs.</param>
/// <param name="Change"><c>max |Δη| / ((1-d)(1 + |η|))</c> of the last checked sweep.</param>
public readonly record struct VariationalResult(bool Converged, int Sweeps, double FreeEnergy, double Change);

/// <summary>Inference went wrong; the posteriors are those of the last check before.</summary>
public sealed class VariationalException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, with all names.</param>
    /// <param name="variable">The variable concerned, or empty.</param>
    /// <param name="factor">The factor concerned, or empty.</param>
    /// <param name="sweep">The sweep.</param>
    /// <param name="inner">What the factor threw, or null.</param>
    public VariationalException(string message, string variable, string factor, int sweep, Exception? inner = null)
        : base(message, inner)
    {
        Variable = variable;
        Factor = factor;
        Sweep = sweep;
    }

    /// <summary>The variable concerned, or empty.</summary>
    public string Variable { get; }

    /// <summary>The factor concerned, or empty.</summary>
    public string Factor { get; }

    /// <summary>The sweep in which it was found.</summary>
    public int Sweep { get; }
}
