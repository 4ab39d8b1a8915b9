using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>How stochastic variational message passing runs (Hoffman et al. 2013): step <c>t = 1, 2, …</c> has the size <c>ρ_t = (t + Delay)^-Decay</c>.</summary>
public sealed record StochasticOptions
{
    /// <summary>
    /// Observations of a minibatch <c>B</c>, ≥ 1; they are taken in their order, and the last of a pass may be fewer. A minibatch that would end among the observations of a local variable ends before them.
    /// </summary>
    public required int Batch { get; init; }

    /// <summary>Passes over the data, ≥ 0.</summary>
    public int Passes { get; init; } = 1;

    /// <summary>Sweeps over the gates and the local variables of a minibatch before its step, ≥ 1; of gates alone one is all it takes.</summary>
    public int LocalSweeps { get; init; } = 5;

    /// <summary><c>τ</c>, ≥ 0: slows the first steps down.</summary>
    public double Delay { get; init; } = 1;

    /// <summary><c>κ</c>, in (0.5, 1] for convergence; any number above 0 is taken.</summary>
    public double Decay { get; init; } = 0.7;
}

public sealed partial class VariationalInference<T>
{
    private Minibatch<T>[]? _minibatches;
    private int _minibatchSize;
    private FactorArray<T>[] _wholeFactors = [];
    private VariableArray<T>[] _global = [];
    private VariableArray<T>[] _local = [];
    private CheckedState<T>[] _globalStates = [];
    private CheckedState<T>[] _localStates = [];

    /// <summary>Stochastic steps since the start, over all runs.</summary>
    public int StochasticSteps { get; private set; }

    /// <summary>
    /// Stochastic variational message passing: on each minibatch of <c>B</c> of the <c>N</c> observed plates, its gates and local variables are updated as in a sweep (the gates of the first step of all have their start),
    /// and then every global variable by <c>η ← (1-ρ) η + ρ (η_prior + (N/B) Σ messages)</c>. After the last step the gates of all plates are updated once.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Local are the weights of gates, like the topic weights of a document, whose every plate belongs to gates that stand side by side, no more than <c>B</c> of them: they have a known prior, and index maps in ascending
    /// order choose them. All other variables but the gates are global.
    /// </para>
    /// <para>All observed variables need the same number of plates <c>N</c>. The free energy is not followed. Memory grows by that of the minibatches: indices of tokens, and statistics of what has no gate.</para>
    /// </remarks>
    /// <param name="options">Batch, passes and step sizes.</param>
    /// <param name="onStep">Called with the number of the step and <c>ρ</c>; null for none.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the model has a variable for every observation that is no gate.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the steps so far stand, and the gates of all plates are updated.</exception>
    /// <exception cref="VariationalException">A distribution left its domain, or a factor threw; the posteriors are those of the step before.</exception>
    public void RunStochastic(StochasticOptions options, Action<int, double>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require.Positive(options.Batch);
        Require.AtLeastZero(options.Passes);
        Require.Positive(options.LocalSweeps);
        Require.AtLeastZero(options.Delay);
        if (!(options.Decay > 0) || !double.IsFinite(options.Decay))
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"options.Decay: expected a finite number above 0, but got {options.Decay}.");
        }

        var minibatches = MinibatchesOf(options.Batch);
        foreach (var minibatch in minibatches)
        {
            // Sweeps over all plates may have changed what these are slices of.
            Array.ForEach(minibatch.Gates, gate => gate.Slice.Version++);
            Array.ForEach(minibatch.Locals, local => local.Slice.Version++);
        }

        var before = StochasticSteps;
        for (var pass = 0; pass < options.Passes && !cancellation.IsCancellationRequested; pass++)
        {
            foreach (var minibatch in minibatches)
            {
                if (cancellation.IsCancellationRequested)
                {
                    break;
                }

                var rho = Math.Pow(StochasticSteps + 1 + options.Delay, -options.Decay);
                Step(minibatch, rho, minibatch.Locals.Length == 0 ? 1 : options.LocalSweeps);
                StochasticSteps++;
                FreeEnergy = double.NaN;
                Keep(_globalStates);
                onStep?.Invoke(StochasticSteps, rho);
            }
        }

        if (StochasticSteps > before)
        {
            UpdateAllGates();
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private void UpdateAllGates()
    {
        Array.ForEach(_local, variable => variable.Version++);
        for (var i = 0; i < _order.Length; i++)
        {
            if (IsGate(_order[i]))
            {
                Propose(i);
                Accept(i, damping: 0);
            }
        }

        KeepChecked();
    }

    private void Step(Minibatch<T> minibatch, double rho, int localSweeps)
    {
        foreach (var (slice, before) in minibatch.Locals)
        {
            _dense.Copy(slice.Natural, before);
        }

        for (var sweep = 0; sweep < localSweeps; sweep++)
        {
            foreach (var (gate, slice, owner) in minibatch.Gates)
            {
                if (sweep == 0 && IsAtStart(gate))
                {
                    owner?.Start();
                }
                else
                {
                    UpdateGate(minibatch, slice, owner);
                }
            }

            foreach (var (slice, _) in minibatch.Locals)
            {
                _dense.Copy(slice.Prior, slice.Proposal);
                AddMessages(minibatch.Factors, slice, minibatch);
                UpdateBy(slice, 0, minibatch);
            }
        }

        foreach (var variable in _global)
        {
            _dense.Fill(variable.Proposal, T.Zero);
            AddMessages(minibatch.Factors, variable, minibatch);
            _dense.AddScaled(T.CreateTruncating(minibatch.Scale), variable.Proposal, T.Zero, variable.Proposal);
            AddMessages(_wholeFactors, variable, minibatch);
            UpdateBy(variable, 1 - rho, minibatch);
        }
    }

    private void UpdateGate(Minibatch<T> minibatch, VariableArray<T> gate, FactorArray<T>? owner)
    {
        if (owner is null)
        {
            _dense.Fill(gate.Proposal, T.Zero);
            AddMessages(minibatch.Factors, gate, minibatch);
            UpdateBy(gate, 0, minibatch);
            return;
        }

        owner.Update();
        ThrowIfOutside(gate, minibatch);
    }

    /// <summary>Takes the proposal over.</summary>
    private void UpdateBy(VariableArray<T> variable, double damping, Minibatch<T> minibatch)
    {
        _updates.DampedUpdate(variable.Natural, variable.Proposal, damping, _change);
        variable.UpdateMoments();
        ThrowIfOutside(variable, minibatch);
    }

    private void AddMessages(FactorArray<T>[] factors, VariableArray<T> variable, Minibatch<T> minibatch)
    {
        foreach (var factor in factors)
        {
            if (!factor.Variables.Contains(variable))
            {
                continue;
            }

            try
            {
                factor.AddMessage(variable, variable.Proposal);
            }
            catch (Exception error) when (error is not VariationalException)
            {
                throw Failure(minibatch, $"factor {factor.Name} ({factor.Kind}) failed in its message to variable {variable.Name}: {error.Message}", variable.Name, factor.Name, error);
            }
        }
    }

    private void ThrowIfOutside(VariableArray<T> variable, Minibatch<T> minibatch)
    {
        if (TryFault(out var index))
        {
            throw Failure(minibatch, $"variable {variable.Name} left the domain of {variable.Family} (index {index})", variable.Name, "", null);
        }
    }

    private VariationalException Failure(Minibatch<T> minibatch, string what, string variable, string factor, Exception? inner)
    {
        foreach (var (slice, before) in minibatch.Locals)
        {
            _dense.Copy(before, slice.Natural);
        }

        Keep(_localStates);
        Restore();
        TryFault(out _);
        var step = StochasticSteps + 1;
        return new VariationalException($"Stochastic step {step}: {what}. The posteriors are those of the step before.", variable, factor, step, inner);
    }

    private CheckedState<T>[] StatesOf(VariableArray<T>[] variables) => Array.FindAll(_states, state => Array.Exists(variables, variable => ReferenceEquals(variable.Natural.Tensor, state.Tensor)));

    private static void Keep(CheckedState<T>[] states)
    {
        foreach (var state in states)
        {
            state.Check();
        }
    }

    private Minibatch<T>[] MinibatchesOf(int batch)
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
        var split = Array.ConvertAll(Array.FindAll(_factors, factor => factor.Variables[0].IsObserved || gates.Contains(factor.Variables[0])), factor => (ConditionalFactor<T>)factor);
        var generators = Array.FindAll(split, factor => gates.Contains(factor.Variables[0]));
        _local = Array.FindAll(_order, variable => !gates.Contains(variable) && IsLocal(variable, generators, batch));
        _global = Array.FindAll(_order, variable => !gates.Contains(variable) && !_local.Contains(variable));
        _wholeFactors = Array.FindAll(_factors, factor => !split.Contains(factor) && !_local.Contains(factor.Variables[0]));
        (_globalStates, _localStates) = (StatesOf(_global), StatesOf(_local));
        var maps = Array.ConvertAll(_local, variable => Array.Find(generators, factor => factor.Weights == variable)!.WeightMap!);
        var minibatches = new List<Minibatch<T>>();
        for (int first = 0, end; first < plates; first = end)
        {
            end = EndOf(first, batch, plates, maps);
            var variables = new MinibatchVariables<T>(new PlateRange(first, end - first));
            Array.ForEach(gates, variables.AddGate);
            for (var i = 0; i < maps.Length; i++)
            {
                variables.AddLocal(_local[i], maps[i]);
            }

            minibatches.Add(Minibatch<T>.Create(variables, split, plates));
        }

        (_minibatches, _minibatchSize) = ([.. minibatches], batch);
        return _minibatches;
    }

    /// <summary>Whether every plate of a variable with a known prior generates neighbouring gates alone, at most <paramref name="batch"/> of them, and all its factors agree on which.</summary>
    private bool IsLocal(VariableArray<T> variable, ConditionalFactor<T>[] generators, int batch)
    {
        var touching = Array.FindAll(_factors, factor => factor.Variables.Contains(variable) && factor is not PriorFactor<T>);
        if (variable.PriorValues is null || variable.Plates == 1 || touching is not [ConditionalFactor<T> { WeightMap: { } map }, ..])
        {
            return false;
        }

        foreach (var factor in touching)
        {
            if (!generators.Contains(factor) || !map.AsSpan().SequenceEqual(((ConditionalFactor<T>)factor).WeightMap))
            {
                return false;
            }
        }

        var run = 1;
        for (var i = 1; i < map.Length; i++)
        {
            run = map[i] == map[i - 1] ? run + 1 : 1;
            if (map[i] < map[i - 1] || run > batch)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The end of the minibatch from <paramref name="first"/> on: the last place, or if there is none the next, where no local variable's observations are cut in two.</summary>
    private static int EndOf(int first, int batch, int plates, int[][] maps)
    {
        var most = Math.Min(batch, plates - first) + first;
        var end = most;
        while (end > first && !IsCut(end))
        {
            end--;
        }

        if (end == first)
        {
            for (end = most; !IsCut(end); end++)
            {
            }
        }

        return end;

        bool IsCut(int plate) => plate == plates || Array.TrueForAll(maps, map => map[plate] != map[plate - 1]);
    }

    private void FreeMinibatches()
    {
        foreach (var minibatch in _minibatches ?? [])
        {
            minibatch.Dispose();
        }

        _minibatches = null;
    }
}
