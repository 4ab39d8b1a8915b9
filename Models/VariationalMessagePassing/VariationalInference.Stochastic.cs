using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>How stochastic variational message passing runs (Hoffman et al. 2013): step <c>t = 1, 2, …</c> has the size <c>ρ_t = (t + Delay)^-Decay</c>.</summary>
public sealed record StochasticOptions
{
    /// <summary>Observations of a minibatch <c>B</c>, ≥ 1; they are taken in their order, and the last of a pass may be fewer.</summary>
    public required int Batch { get; init; }

    /// <summary>Passes over the data, ≥ 0.</summary>
    public int Passes { get; init; } = 1;

    /// <summary><c>τ</c>, ≥ 0: slows the first steps down.</summary>
    public double Delay { get; init; } = 1;

    /// <summary><c>κ</c>, in (0.5, 1] for convergence; any number above 0 is taken.</summary>
    public double Decay { get; init; } = 0.7;
}

public sealed partial class VariationalInference<T>
{
    private List<Minibatch>? _minibatches;
    private int _minibatchSize;
    private FactorArray<T>[] _wholeFactors = [];

    /// <summary>Stochastic steps since the start, over all runs.</summary>
    public int StochasticSteps { get; private set; }

    /// <summary>
    /// Stochastic variational message passing: on each minibatch of <c>B</c> of the <c>N</c> observed plates, the gates of the minibatch are updated, and then every other latent variable by
    /// <c>η ← (1-ρ) η + ρ (η_prior + (N/B) Σ messages)</c>. Afterwards the gates of all plates are updated once.
    /// </summary>
    /// <remarks>All observed variables need the same number of plates <c>N</c>. The free energy is not followed. Memory grows by that of the gates and statistics of all minibatches together.</remarks>
    /// <param name="options">Batch, passes and step sizes.</param>
    /// <param name="onStep">Called with the number of the step and <c>ρ</c>; null for none.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the model has a variable for every observation that is no gate.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="VariationalException">A distribution left its domain.</exception>
    public void RunStochastic(StochasticOptions options, Action<int, double>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require.Positive(options.Batch);
        Require.AtLeastZero(options.Passes);
        Require.AtLeastZero(options.Delay);
        if (!(options.Decay > 0) || !double.IsFinite(options.Decay))
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"options.Decay: expected a finite number above 0, but got {options.Decay}.");
        }

        var minibatches = MinibatchesOf(options.Batch);
        for (var pass = 0; pass < options.Passes; pass++)
        {
            foreach (var minibatch in minibatches)
            {
                cancellation.ThrowIfCancellationRequested();
                StochasticSteps++;
                var rho = Math.Pow(StochasticSteps + options.Delay, -options.Decay);
                Step(minibatch, rho);
                KeepChecked();
                onStep?.Invoke(StochasticSteps, rho);
            }
        }

        for (var i = 0; i < _order.Length; i++)
        {
            if (IsGate(_order[i]))
            {
                Propose(i);
                Accept(i);
            }
        }

        FreeEnergy = double.NaN;
        KeepChecked();
    }

    private void Step(Minibatch minibatch, double rho)
    {
        foreach (var gate in minibatch.Gates)
        {
            _dense.Fill(gate.Proposal, T.Zero);
            AddMessages(minibatch.Factors, gate, gate.Proposal);
            _updates.DampedUpdate(gate.Natural, gate.Proposal, 0, _change);
            gate.UpdateMoments();
            ThrowIfOutside(gate);
        }

        foreach (var variable in _order)
        {
            if (IsGate(variable))
            {
                continue;
            }

            var proposal = variable.Proposal;
            _dense.Fill(proposal, T.Zero);
            AddMessages(minibatch.Factors, variable, proposal);
            _dense.AddScaled(T.CreateTruncating(minibatch.Scale), proposal, T.Zero, proposal);
            AddMessages(_wholeFactors, variable, proposal);
            _updates.DampedUpdate(variable.Natural, proposal, 1 - rho, _change);
            variable.UpdateMoments();
            ThrowIfOutside(variable);
        }
    }

    private static void AddMessages(FactorArray<T>[] factors, VariableArray<T> variable, DeviceMatrix<T> natural)
    {
        foreach (var factor in factors)
        {
            if (factor.Variables.Contains(variable))
            {
                factor.AddMessage(variable, natural);
            }
        }
    }

    private void ThrowIfOutside(VariableArray<T> variable)
    {
        if (TryFault(out var index))
        {
            Restore();
            throw new VariationalException(
                $"Stochastic step {StochasticSteps}: variable {variable.Name} left the domain of {variable.Family} (index {index}). The posteriors are those of the step before.", variable.Name, "", StochasticSteps);
        }
    }

    private List<Minibatch> MinibatchesOf(int batch)
    {
        if (_minibatches is not null && _minibatchSize == batch)
        {
            return _minibatches;
        }

        FreeMinibatches();
        if (_blocks.Length > 0)
        {
            throw new ArgumentException($"graph: {_blocks[0].Name} (a block) does not fit stochastic inference. Supported: observed variables with shared parents.", "graph");
        }

        var observed = Array.FindAll(_factors, factor => factor.Variables[0].IsObserved);
        if (observed.Length == 0)
        {
            throw new ArgumentException("graph: stochastic inference needs an observed variable, but there is none.", "graph");
        }

        var plates = observed[0].Plates;
        foreach (var factor in observed)
        {
            if (factor is not ConditionalFactor<T> { IsOneForOne: false } || factor.Plates != plates || factor.Variables.Skip(1).Any(gate => gate.IsObserved))
            {
                throw new ArgumentException(
                    $"graph: {factor.Name} ({factor.Kind}, {factor.Plates} plates) does not fit stochastic inference. Supported: observed variables of one number of plates ({plates}), gated by latent Categoricals, with other parents that are shared.",
                    "graph");
            }
        }

        var gates = Array.FindAll(_order, IsGate);
        var split = Array.FindAll(_factors, factor => factor.Variables[0].IsObserved || gates.Contains(factor.Variables[0]));
        _wholeFactors = Array.FindAll(_factors, factor => !split.Contains(factor));
        _minibatchSize = batch;
        _minibatches = [];
        for (var first = 0; first < plates; first += batch)
        {
            var range = new PlateRange(first, Math.Min(batch, plates - first));
            var locals = Array.ConvertAll(gates, gate => gate.Alike(range.Count));
            var factors = Array.ConvertAll(split, factor =>
            {
                var gate = Array.FindIndex(gates, gate => factor.Variables.Contains(gate));
                return (FactorArray<T>)((ConditionalFactor<T>)factor).Part(range, gate < 0 ? null : locals[gate]);
            });
            Array.ForEach(locals, local => local.AllocatePosterior());
            Array.ForEach(factors, factor => factor.Prepare());
            _minibatches.Add(new Minibatch(factors, locals, (double)plates / range.Count));
        }

        return _minibatches;
    }

    private void FreeMinibatches()
    {
        foreach (var minibatch in _minibatches ?? [])
        {
            Array.ForEach(minibatch.Factors, factor => factor.Dispose());
            Array.ForEach(minibatch.Gates, gate => gate.Dispose());
        }

        _minibatches = null;
    }

    private sealed record Minibatch(FactorArray<T>[] Factors, VariableArray<T>[] Gates, double Scale);
}
