using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Variational message passing (Winn and Bishop 2005) on a <see cref="VariationalGraph{T}"/>: every latent variable's posterior becomes <c>η = η_prior + Σ messages</c>, again and again, until the free energy
/// <c>F = E_q[log q] - E_q[log p] = -ELBO</c> and all <c>η</c> stand still.
/// </summary>
/// <remarks>
/// <para>
/// A sweep is, for each variable array: prior, plus the message of every factor, damped update, moments; all on the device. Then <c>F</c> is assembled factor by factor. In the sequential schedule <c>F</c> must not rise;
/// a rise, a NaN or a parameter outside its domain is a <see cref="VariationalException"/> that names variable, factor and sweep, and the posteriors are those of the last check again.
/// </para>
/// <para>A sweep allocates nothing after the first. Results are bitwise equal for every run and every number of threads.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class VariationalInference<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int RemoteCheckEvery = 16;

    private readonly VariationalOptions _options;
    private readonly Device _device;
    private readonly UpdateKernels<T> _updates;
    private readonly DenseKernels<T> _dense;
    private readonly VariableArray<T>[] _order;
    private readonly FactorArray<T>[][] _messages;
    private readonly FactorArray<T>?[] _owners;
    private readonly FactorArray<T>[] _factors;
    private readonly FactorArray<T>[] _blocks;
    private readonly DeviceTensor<T> _change;
    private readonly double _tolerance;
    private readonly double _changeTolerance;
    private readonly int _checkEvery;

    /// <summary>Prepares a graph, folds its observations, and sets every posterior to its start.</summary>
    /// <param name="graph">The graph; in use from now on, and owned by the caller.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the model is not supported: the message names what is.</exception>
    /// <exception cref="InvalidOperationException">The graph is in use already.</exception>
    public VariationalInference(VariationalGraph<T> graph, VariationalOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new VariationalOptions();
        Require.Named(options.Schedule);
        Require.Decay(options.Damping);
        Require.AtLeastZero(options.MaximumSweeps);
        Require.AtLeastZero(options.CheckEvery);
        _tolerance = Require.AtLeastZero(options.Tolerance ?? (typeof(T) == typeof(double) ? 1e-10 : 1e-6), "options.Tolerance");
        _changeTolerance = Require.AtLeastZero(options.ChangeTolerance ?? (typeof(T) == typeof(double) ? _tolerance : 1e-5), "options.ChangeTolerance");
        _order = OrderOf(graph, options);
        RequireSupported(graph);
        if (graph.IsInUse)
        {
            throw new InvalidOperationException("graph: expected one without an inference; state a new one.");
        }

        graph.IsInUse = true;
        Graph = graph;
        _options = options;
        _device = graph.Device;
        _updates = _device.Updates<T>();
        _dense = _device.Dense<T>();
        _factors = [.. graph.Factors];
        _blocks = Array.FindAll(_factors, factor => factor.HasOwnPosterior);
        LetMixturesOwnGates();
        _owners = Array.ConvertAll(_order, variable => Array.Find(_factors, factor => factor.Variables.Contains(variable) && factor.Owns(variable)));
        _messages = Array.ConvertAll(_order, variable => Array.FindAll(_factors, factor => factor.Variables.Contains(variable)));
        _change = _device.Allocate<T>(1);
        _terms = _device.Allocate<T>(_factors.Length);
        _hostTerms = new T[_factors.Length];
        _newTerms = new T[_factors.Length];
        _checkEvery = options.CheckEvery != 0 ? options.CheckEvery : IsAddressable ? 1 : RemoteCheckEvery;
        Prepare();
        _states = Array.ConvertAll(StatesOf(), state => new CheckedState<T>(state.Key, state.Value));
        KeepChecked();
    }

    /// <summary>The model.</summary>
    public VariationalGraph<T> Graph { get; }

    /// <summary>Sweeps since the start, over all runs.</summary>
    public int Sweeps { get; private set; }

    /// <summary><c>F</c> in nats when last checked; NaN before the first sweep.</summary>
    public double FreeEnergy { get; private set; } = double.NaN;

    /// <summary>Checks in which <c>F</c> had risen; in the sequential schedule an error.</summary>
    public int Rises { get; private set; }

    /// <summary>Sweeps until both criteria of convergence hold, or for the given number of sweeps.</summary>
    /// <param name="onCheck">Called after every check, in the thread that runs; null for none.</param>
    /// <param name="cancellation">Stops between two sweeps; the posteriors are those of the last whole one.</param>
    /// <returns>How it went; posteriors that have not come to rest are no error.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="VariationalException">A distribution left its domain, a number is NaN, <c>F</c> rose in the sequential schedule, or a factor threw; the posteriors are those of the last check again.</exception>
    public VariationalResult Run(Action<VariationalResult>? onCheck = null, CancellationToken cancellation = default)
    {
        var result = new VariationalResult(false, Sweeps, FreeEnergy, double.NaN);
        for (var sweep = 1; sweep <= _options.MaximumSweeps && !result.Converged; sweep++)
        {
            if (cancellation.IsCancellationRequested)
            {
                CheckUnlessChecked();
                cancellation.ThrowIfCancellationRequested();
            }

            Sweep();
            if (sweep % _checkEvery == 0 || sweep == _options.MaximumSweeps)
            {
                result = Check();
                onCheck?.Invoke(result);
            }
        }

        return result;
    }

    /// <summary>The posterior of a latent variable.</summary>
    /// <param name="variable">A latent variable of the graph.</param>
    /// <returns>
    /// Standard parameters, a row per plate: Gaussian mean, variance; Gamma shape, rate; Beta a, b; Bernoulli p; Dirichlet α; Categorical probabilities; multivariate Gaussian mean, covariance; Wishart degrees of
    /// freedom, scale.
    /// </returns>
    /// <exception cref="ArgumentException">It is no latent variable of the graph.</exception>
    public T[] Posterior(VariableArray<T> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var number = Array.IndexOf(_order, variable);
        if (number >= 0 && _owners[number] is not null && IsGate(variable))
        {
            RefreshGate(number);
        }

        return number >= 0
            ? variable.GetStandard(variable.Natural)
            : throw new ArgumentException($"variable: expected one of {string.Join(", ", _order.Select(latent => latent.Name))}, but got {variable.Name}.", nameof(variable));
    }

    /// <summary>Frees the memory of the inference; that of the posteriors stays with the graph.</summary>
    public void Dispose()
    {
        FreeMinibatches();
        _change.Dispose();
        _terms.Dispose();
    }

    /// <summary>Natural parameters of a gate that a mixture owns, which does not keep them.</summary>
    private void RefreshGate(int number)
    {
        var gate = _order[number];
        gate.AllocateNatural();
        if (IsAtStart(gate))
        {
            _dense.Apply<Log>(gate.Moments, gate.Natural);
            return;
        }

        _dense.Fill(gate.Natural, T.Zero);
        foreach (var factor in _messages[number])
        {
            factor.AddMessage(gate, gate.Natural);
        }
    }

    private static VariableArray<T>[] OrderOf(VariationalGraph<T> graph, VariationalOptions options)
    {
        VariableArray<T>[] latent = [.. graph.Variables.Where(variable => !variable.IsObserved)];
        if (options.Order is not { } names)
        {
            return latent;
        }

        var given = names.Select(name => graph[name]).ToArray();
        return given.Length == latent.Length && latent.All(given.Contains)
            ? given
            : throw new ArgumentException($"options.Order: expected each of {string.Join(", ", latent.Select(variable => variable.Name))} once, but got {string.Join(", ", names)}.", nameof(options));
    }

    private static void RequireSupported(VariationalGraph<T> graph)
    {
        foreach (var factor in graph.Factors)
        {
            var generated = factor.Variables.Count > 0 ? factor.Variables[0] : null;
            if (generated is { IsObserved: false } && (factor.Kind == "mixture" || generated.Family == ExponentialFamily.Poisson))
            {
                throw new ArgumentException($"graph: {generated.Name} is a {(factor.Kind == "mixture" ? "mixture" : "Poisson count")} that is not observed. Supported: observed ones; call Observe.", nameof(graph));
            }
        }

        foreach (var variable in graph.Variables)
        {
            if (variable.Present is not null && graph.Factors.Any(factor => factor.Variables.Skip(1).Contains(variable)))
            {
                throw new ArgumentException($"graph: {variable.Name} has missing values and is the parent of another variable. Supported: missing values of variables without children.", nameof(graph));
            }
        }
    }

    /// <summary>A gate with one mixture, updated undamped and after all its neighbours, is computed with the mixture in one pass.</summary>
    private void LetMixturesOwnGates()
    {
        if (_options.Schedule != VariationalSchedule.Sequential || _options.Damping != 0)
        {
            return;
        }

        foreach (var gate in _order)
        {
            var touching = Array.FindAll(_factors, factor => factor.Variables.Contains(gate));
            if (touching is [ConditionalFactor<T> generator, ConditionalFactor<T> { Kind: "mixture" } mixture]
                && generator.Variables.Concat(mixture.Variables).All(other => other.IsObserved || Array.IndexOf(_order, other) <= Array.IndexOf(_order, gate)))
            {
                mixture.TryOwnGate(generator);
            }
        }
    }

    private bool IsOwned(VariableArray<T> variable) => Array.Exists(_factors, factor => factor.Variables.Contains(variable) && factor.Owns(variable));

    private void Prepare()
    {
        foreach (var variable in Graph.KnownParents)
        {
            variable.AllocateObservedMoments();
        }

        foreach (var variable in Graph.Variables)
        {
            if (!variable.IsObserved)
            {
                // Of a gate within a mixture, only the responsibilities are needed, and those once.
                var isOwned = IsOwned(variable);
                variable.AllocatePosterior(isOwned, !(isOwned && IsGate(variable) && variable.TryNormaliseStart()));
            }
            else if (_factors.Any(factor => factor.Variables.Skip(1).Contains(variable)))
            {
                variable.AllocateObservedMoments();
            }
        }

        foreach (var factor in _factors)
        {
            factor.Prepare();
        }

        uint stream = 0;
        foreach (var variable in Graph.Variables)
        {
            if (!variable.IsObserved && !Array.Exists(_factors, factor => factor.Variables.Count > 0 && factor.Variables[0] == variable && factor.Owns(variable)))
            {
                SetStart(variable, stream++);
            }
        }

        foreach (var factor in _factors)
        {
            factor.Start();
        }
    }

    private void SetStart(VariableArray<T> variable, uint stream)
    {
        var natural = variable.Natural;
        if (natural.IsAbsent)
        {
            PlateMemory.Upload(variable.Moments, variable.StartValues);
            variable.Version++;
            return;
        }

        if (variable.StartValues is { } start)
        {
            variable.SetStandard(start);
        }
        else if (IsGate(variable))
        {
            // exp(η) = -log u is exponential, and so the responsibilities are uniform on the simplex.
            _device.Sampling<T>().Uniform(new PhiloxPosition(_options.Seed, stream, 0), natural);
            _dense.Apply<Log>(natural, natural);
            _dense.AddScaled(-T.One, natural, T.Zero, natural);
            _dense.Apply<Log>(natural, natural);
        }
        else if (variable.PriorValues is null)
        {
            _dense.Fill(natural, T.Zero);
            Array.Find(_factors, factor => factor.Variables.Count > 0 && factor.Variables[0] == variable)!.AddMessage(variable, natural);
        }

        variable.UpdateMoments();
        _device.ThrowIfFaulted();
    }

    private void Sweep()
    {
        Sweeps++;
        if (_options.Schedule == VariationalSchedule.Parallel)
        {
            for (var i = 0; i < _order.Length; i++)
            {
                Propose(i);
            }

            for (var i = 0; i < _order.Length; i++)
            {
                Accept(i, _options.Damping);
            }
        }
        else
        {
            for (var i = 0; i < _order.Length; i++)
            {
                Propose(i);
                Accept(i, _options.Damping);
            }
        }

        foreach (var block in _blocks)
        {
            Update(block);
        }
    }

    /// <summary>An update of a block, which owns a variable or has a posterior of its own.</summary>
    private void Update(FactorArray<T> block, string variable = "")
    {
        try
        {
            block.Update();
        }
        catch (Exception error) when (error is not VariationalException)
        {
            throw Failure(variable.Length == 0 ? error.Message : $"factor {block.Name} ({block.Kind}) failed to update variable {variable}: {error.Message}", variable, block.Name, error);
        }
    }

    private void AddMessage(FactorArray<T> factor, VariableArray<T> variable, DeviceMatrix<T> natural)
    {
        try
        {
            factor.AddMessage(variable, natural);
        }
        catch (Exception error) when (error is not VariationalException)
        {
            throw Failure($"factor {factor.Name} ({factor.Kind}) failed in its message to variable {variable.Name}: {error.Message}", variable.Name, factor.Name, error);
        }
    }

    /// <summary><c>η* = η_prior + Σ messages</c>.</summary>
    private void Propose(int number)
    {
        if (_owners[number] is null)
        {
            var proposal = _order[number].Proposal;
            _dense.Fill(proposal, T.Zero);
            foreach (var factor in _messages[number])
            {
                AddMessage(factor, _order[number], proposal);
            }
        }
    }

    private void Accept(int number, double damping)
    {
        if (_owners[number] is { } owner)
        {
            Update(owner, _order[number].Name);
        }
        else
        {
            _updates.DampedUpdate(_order[number].Natural, _order[number].Proposal, damping, _change);
            _order[number].UpdateMoments();
        }
    }

    /// <summary>Whether the host can read what a kernel wrote without a copy.</summary>
    private unsafe bool IsAddressable => _change.Pointer is not null;
}
