using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// A conjugate-exponential model with plates, stated variable by variable, parents first, as one would write it down:
/// <code>
/// using var graph = new VariationalGraph&lt;double&gt;(device);
/// var mu = graph.Gaussian("mu", mean: 0, precision: 0.01);
/// var tau = graph.Gamma("tau", shape: 1, rate: 1);
/// var x = graph.Gaussian("x", mu, tau, plates: data.Length);
/// graph.Observe(x, data);
/// using var inference = new VariationalInference&lt;double&gt;(graph);
/// inference.Run();
/// </code>
/// </summary>
/// <remarks>
/// <para>
/// A plate is an array of variables or factors. Parents are taken one for one, or one for all, or by an index map: <c>graph.Poisson("x", lambda[group])</c>. Parameters that are known are given as numbers, one
/// value for all plates or one value per plate, row after row. All shapes are checked here, when the model is stated.
/// </para>
/// <para>Memory is <c>O(variables + factors)</c>: messages are computed on the fly. A graph serves one inference, and frees the memory of both.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class VariationalGraph<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string Supported =
        "Supported: Gaussian (mean Gaussian or known, precision Gamma or known); MultivariateGaussian (mean MultivariateGaussian or known, precision Wishart or known); "
        + "Gamma (shape known, rate Gamma or known); Beta, Dirichlet and Wishart (known parameters); Categorical (Dirichlet or known); Bernoulli (Beta or known); Poisson (Gamma or known); "
        + "and a Mixture of observed Gaussian, MultivariateGaussian, Categorical, Bernoulli or Poisson components, gated by a Categorical.";

    private readonly List<VariableArray<T>> _variables = [];
    private readonly List<VariableArray<T>> _known = [];
    private readonly List<FactorArray<T>> _factors = [];

    /// <summary>An empty model.</summary>
    /// <param name="device">The device that runs it; owned by the caller.</param>
    public VariationalGraph(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The variables, in the order of their making.</summary>
    public IReadOnlyList<VariableArray<T>> Variables => _variables;

    /// <summary>The factors, in the order of their making.</summary>
    public IReadOnlyList<FactorArray<T>> Factors => _factors;

    internal IReadOnlyList<VariableArray<T>> KnownParents => _known;

    /// <summary>Whether an inference has begun: the model stands fast then.</summary>
    internal bool IsInUse { get; set; }

    /// <summary>Names, sizes and edges, for drawing.</summary>
    public FactorGraphDescription Describe() => new(
        [.. _variables.Select(variable => new VariableDescription(variable.Name, variable.Family.ToString(), variable.Dimension, variable.Plates, variable.IsObserved))],
        [.. _factors.Select(factor => new FactorDescription(factor.Name, factor.Kind, factor.Plates, [.. factor.Variables.Select(variable => variable.Name)]))]);

    /// <summary>The variable of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public VariableArray<T> this[string name] => _variables.Find(variable => variable.Name == name)
        ?? throw new ArgumentException($"name: expected one of {string.Join(", ", _variables.Select(variable => variable.Name))}, but got {name}.", nameof(name));

    /// <summary>Gives the values of a variable. Plates that are not observed are marginalised; their values are not looked at.</summary>
    /// <param name="variable">A variable of this graph that was not observed yet.</param>
    /// <param name="values">A row per plate: one number, <c>p</c> of a vector, the number of the outcome of a Categorical.</param>
    /// <param name="observed">Which plates are observed; empty for all.</param>
    /// <returns>This graph.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit, or a value is outside the support: the message names it.</exception>
    public VariationalGraph<T> Observe(VariableArray<T> variable, ReadOnlySpan<T> values, ReadOnlySpan<bool> observed = default)
    {
        RequireOwn(variable, nameof(variable));
        if (variable.IsObserved)
        {
            throw new ArgumentException($"variable: {variable.Name} is observed already.", nameof(variable));
        }

        if (variable.Family is ExponentialFamily.Wishart or ExponentialFamily.Dirichlet)
        {
            throw new ArgumentException($"variable: {variable.Name} is a {variable.Family}, which cannot be observed. {Supported}", nameof(variable));
        }

        RequireLength(values.Length, variable.Plates * variable.ValueRows, nameof(values));
        if (!observed.IsEmpty)
        {
            RequireLength(observed.Length, variable.Plates, nameof(observed));
        }

        var outside = variable.FirstOutside(values, observed);
        if (outside >= 0)
        {
            throw new ArgumentException($"values: plate {outside} of {variable.Name}: expected {variable.Expected(values.Slice(outside * variable.ValueRows, variable.ValueRows))}.", nameof(values));
        }

        variable.Observe(values.ToArray(), observed.IsEmpty ? null : observed.ToArray());
        return this;
    }

    /// <summary>Gives the posterior that a latent variable starts with, in place of its prior; a gate without it starts with random responsibilities, so that no symmetry remains.</summary>
    /// <param name="variable">A latent variable of this graph.</param>
    /// <param name="standard">
    /// Standard parameters, a row per plate: mean and variance, shape and rate, a and b, α, probabilities, mean and covariance, degrees of freedom and scale.
    /// </param>
    /// <returns>This graph.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit, or a number is not finite.</exception>
    public VariationalGraph<T> Start(VariableArray<T> variable, ReadOnlySpan<T> standard)
    {
        RequireOwn(variable, nameof(variable));
        RequireLength(standard.Length, variable.Plates * variable.Rows, nameof(standard));
        if (!VariableArray<T>.AreFinite(standard))
        {
            throw new ArgumentException($"standard: expected finite numbers for {variable.Name}.", nameof(standard));
        }

        variable.StartValues = standard.ToArray();
        return this;
    }

    /// <summary>Adds a factor of one's own, on variables of this graph.</summary>
    /// <param name="factor">The factor; owned by the graph from now on.</param>
    /// <returns>This graph.</returns>
    /// <exception cref="ArgumentException">It touches no variable and has no posterior of its own, or touches a variable of another graph, or the graph has a block of that name.</exception>
    public VariationalGraph<T> Add(FactorArray<T> factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        RequireOpen();
        foreach (var variable in factor.Variables)
        {
            RequireOwn(variable, nameof(factor));
        }

        if (factor.Variables.Count == 0 && !factor.HasOwnPosterior)
        {
            throw new ArgumentException($"factor: expected {factor.Name} to touch a variable of the graph, or to have a posterior of its own.", nameof(factor));
        }

        if (factor.HasOwnPosterior && _factors.Exists(other => other.Name == factor.Name))
        {
            throw new ArgumentException($"factor: the graph has a {factor.Name} already.", nameof(factor));
        }

        _factors.Add(factor);
        return this;
    }

    /// <summary>Frees the memory of variables and factors.</summary>
    public void Dispose()
    {
        foreach (var factor in _factors)
        {
            factor.Dispose();
        }

        foreach (var variable in _variables.Concat(_known))
        {
            variable.Dispose();
        }
    }

    private static void RequireLength(int length, long expected, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{name}: expected {expected} numbers, but got {length}.", name);
        }
    }

    private void RequireOpen()
    {
        if (IsInUse)
        {
            throw new InvalidOperationException("The graph is in use by an inference, and can't be changed. State a new one.");
        }
    }

    private void RequireOwn(VariableArray<T> variable, string name)
    {
        ArgumentNullException.ThrowIfNull(variable, name);
        RequireOpen();
        if (!_variables.Contains(variable))
        {
            throw new ArgumentException($"{name}: {variable.Name} is not a variable of this graph.", name);
        }
    }
}
