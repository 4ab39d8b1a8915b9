using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Belief propagation on a discrete factor graph (Pearl 1988; Kschischang, Frey and Loeliger 2001), in the log domain: messages of whole groups of factors and variables at a time,
/// on any device. On a forest the beliefs are exact and <see cref="LogPartition"/> is <c>log Z</c>; on loops neither is promised, and messages may not come to rest.
/// <code>
/// using var inference = new BeliefPropagation&lt;double&gt;(device, graph);
/// inference.Run();
/// double[] marginals = inference.VariableMarginals();
/// </code>
/// </summary>
/// <remarks>Messages are kept between runs: a second run goes on where the first ended. Memory is <c>O(variables + edges + table entries)</c>.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class BeliefPropagation<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int RemoteCheckEvery = 16;

    private readonly Device _device;
    private readonly MessageKernels<T> _messages;
    private readonly BeliefPropagationOptions _options;
    private readonly FactorGraphLayout _layout;
    private readonly VariableMemory[] _variables;
    private readonly FactorMemory[] _factors;
    private readonly double _tolerance;
    private readonly bool _isMaximum;
    private bool _variableMessagesAreOld;

    /// <summary>Uploads a graph and sets all messages to uniform.</summary>
    /// <param name="device">The device that runs it; owned by the caller.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the schedule is <see cref="MessageSchedule.Tree"/> and the graph has a loop: the message names it.</exception>
    public BeliefPropagation(Device device, DiscreteFactorGraph graph, BeliefPropagationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new BeliefPropagationOptions();
        Require.Named(options.Semiring);
        Require.Named(options.Schedule);
        Require.Decay(options.Damping);
        Require.AtLeastZero(options.MaximumIterations);
        Require.AtLeastZero(options.CheckEvery);
        _tolerance = Require.AtLeastZero(options.Tolerance ?? (typeof(T) == typeof(double) ? 1e-12 : 1e-5), "options.Tolerance");
        Schedule = options.Schedule != MessageSchedule.Automatic ? options.Schedule
            : options.Damping == 0 && graph.IsForest ? MessageSchedule.Tree : MessageSchedule.Flooding;
        if (Schedule == MessageSchedule.Tree)
        {
            RequireTree(graph, options);
        }

        _device = device;
        Graph = graph;
        _options = options;
        _isMaximum = options.Semiring == Semiring.MaxProduct;
        _messages = device.Messages<T>();
        _layout = new FactorGraphLayout(graph);
        _variables = Array.ConvertAll(_layout.Classes, members => new VariableMemory(device, members));
        _factors = Array.ConvertAll(_layout.Groups, group => new FactorMemory(device, graph, group, Array.ConvertAll(group.Slots, MemoryOf)));
        Reset();
    }

    /// <summary>The graph.</summary>
    public DiscreteFactorGraph Graph { get; }

    /// <summary>The schedule in use.</summary>
    public MessageSchedule Schedule { get; }

    /// <summary>Sets all messages back to uniform.</summary>
    public void Reset()
    {
        foreach (var memory in _variables)
        {
            var message = new T[memory.ToVariables.Count];
            Array.Fill(message, T.CreateTruncating(_isMaximum ? 0 : -Math.Log(memory.States)));
            memory.ToVariables.Upload(message);
            memory.ToFactors.Upload(message);
        }

        _variableMessagesAreOld = true;
    }

    /// <summary>Sends messages until they stand still, or for the given number of iterations.</summary>
    /// <param name="onIteration">Called after every iteration whose change was looked at, in the thread that runs; null for none.</param>
    /// <param name="cancellation">Stops between two iterations; the messages are those of the last whole one.</param>
    /// <returns>How it went; messages that do not come to rest are no error.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="InvalidOperationException">A message is NaN: the table entries are too large to be added up.</exception>
    public BeliefPropagationResult Run(Action<BeliefPropagationResult>? onIteration = null, CancellationToken cancellation = default) =>
        _isMaximum ? Run<MaxProduct>(onIteration, cancellation) : Run<SumProduct>(onIteration, cancellation);

    /// <summary>Frees the device's memory.</summary>
    public void Dispose()
    {
        foreach (var memory in _variables)
        {
            memory.Dispose();
        }

        foreach (var memory in _factors)
        {
            memory.Dispose();
        }
    }

    private static void RequireTree(DiscreteFactorGraph graph, BeliefPropagationOptions options)
    {
        if (graph.Traversal.Loop is { } loop)
        {
            throw new ArgumentException($"options.Schedule: Tree needs a graph without loops, but this one has {loop}. Use Flooding or Residual.", nameof(options));
        }

        if (options.Damping != 0)
        {
            throw new ArgumentException($"options.Damping: expected 0 in the Tree schedule, which sends every message for good, but got {options.Damping}.", nameof(options));
        }
    }

    private VariableMemory MemoryOf(FactorGraphLayout.VariableClass members) => _variables[Array.IndexOf(_layout.Classes, members)];

    private BeliefPropagationResult Run<TSemiring>(Action<BeliefPropagationResult>? onIteration, CancellationToken cancellation)
        where TSemiring : struct, ISemiring => Schedule switch
        {
            MessageSchedule.Tree => RunTree<TSemiring>(onIteration, cancellation),
            MessageSchedule.Residual => RunResidual<TSemiring>(onIteration, cancellation),
            _ => RunFlooding<TSemiring>(onIteration, cancellation),
        };

    /// <summary>Leaves to roots: what a node sends to its parent is right once its children have sent. Roots to leaves: then all it sends is.</summary>
    private BeliefPropagationResult RunTree<TSemiring>(Action<BeliefPropagationResult>? onIteration, CancellationToken cancellation)
        where TSemiring : struct, ISemiring
    {
        cancellation.ThrowIfCancellationRequested();
        var levels = _layout.Levels(Graph);
        for (var level = levels.Count - 1; level >= 0; level--)
        {
            Send<TSemiring>(levels[level]);
        }

        foreach (var level in levels)
        {
            Send<TSemiring>(level);
        }

        _variableMessagesAreOld = false;
        var result = new BeliefPropagationResult(true, 1, 0);
        onIteration?.Invoke(result);
        return result;
    }

    private void Send<TSemiring>(FactorGraphLayout.Level level)
        where TSemiring : struct, ISemiring
    {
        if (level.Factors is { } group)
        {
            _factors[group.Number].Send<TSemiring>(_messages, level.First, level.Count, 0, pending: false, wantsChange: false);
        }
        else
        {
            MemoryOf(level.Variables!).Send<TSemiring>(_messages, level.First, level.Count);
        }
    }

    private BeliefPropagationResult RunFlooding<TSemiring>(Action<BeliefPropagationResult>? onIteration, CancellationToken cancellation)
        where TSemiring : struct, ISemiring
    {
        var every = _options.CheckEvery != 0 ? _options.CheckEvery : IsAddressable ? 1 : RemoteCheckEvery;
        var result = new BeliefPropagationResult(false, 0, double.NaN);
        while (result.Iterations < _options.MaximumIterations && !result.Converged)
        {
            cancellation.ThrowIfCancellationRequested();
            SendFromVariables<TSemiring>();
            var iteration = result.Iterations + 1;
            var looks = iteration % every == 0 || iteration == _options.MaximumIterations;
            foreach (var group in _factors)
            {
                group.Send<TSemiring>(_messages, 0, group.Count, _options.Damping, pending: false, looks);
            }

            _variableMessagesAreOld = true;
            result = result with { Iterations = iteration };
            if (looks)
            {
                result = Look(iteration);
                onIteration?.Invoke(result);
            }
        }

        return result;
    }

    private void SendFromVariables<TSemiring>()
        where TSemiring : struct, ISemiring
    {
        foreach (var memory in _variables)
        {
            memory.Send<TSemiring>(_messages, 0, memory.Count);
        }
    }

    private BeliefPropagationResult Look(int iteration)
    {
        var change = 0.0;
        foreach (var group in _factors)
        {
            change = Math.Max(change, group.LargestChange());
        }

        change /= 1 - _options.Damping;
        return double.IsNaN(change)
            ? throw new InvalidOperationException($"A message of iteration {iteration} is NaN: the entries of the log tables are too large to be added up.")
            : new BeliefPropagationResult(change <= _tolerance && _tolerance > 0, iteration, change);
    }

    /// <summary>Whether the host can read what a kernel wrote without a copy.</summary>
    private unsafe bool IsAddressable => Array.TrueForAll(_factors, group => group.Change.Pointer is not null || group.Count == 0);
}
