using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Belief propagation on an <see cref="IsingModel"/>: the flooding schedule of <see cref="BeliefPropagation{T}"/> with one number, the log-odds, in the place of every message,
/// and no index at all. The same iterations give the same beliefs as on <see cref="IsingModel.ToFactorGraph"/>, many times faster.
/// </summary>
/// <remarks>Messages are kept between runs. Memory is some eleven numbers per spin.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class IsingBeliefPropagation<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int RemoteCheckEvery = 16;

    private readonly MessageKernels<T> _messages;
    private readonly BeliefPropagationOptions _options;
    private readonly double _tolerance;
    private readonly DeviceTensor<T> _field;
    private readonly DeviceTensor<T> _right;
    private readonly DeviceTensor<T> _down;
    private readonly DeviceTensor<T> _change;
    private DeviceTensor<T> _incoming;
    private DeviceTensor<T> _outgoing;

    /// <summary>Uploads a model and sets all messages to uniform.</summary>
    /// <param name="device">The device that runs it; owned by the caller.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Null for the defaults. The schedule is flooding.</param>
    /// <exception cref="ArgumentException">An option is out of range, or another schedule is asked for.</exception>
    public IsingBeliefPropagation(Device device, IsingModel model, BeliefPropagationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? new BeliefPropagationOptions();
        Require.Named(_options.Semiring);
        Require.Decay(_options.Damping);
        Require.AtLeastZero(_options.MaximumIterations);
        Require.AtLeastZero(_options.CheckEvery);
        _tolerance = Require.AtLeastZero(_options.Tolerance ?? (typeof(T) == typeof(double) ? 1e-12 : 1e-5), "options.Tolerance");
        if (_options.Schedule is not (MessageSchedule.Automatic or MessageSchedule.Flooding))
        {
            throw new ArgumentException($"options.Schedule: expected Automatic or Flooding, but got {_options.Schedule}; use BeliefPropagation on model.ToFactorGraph().", nameof(options));
        }

        Model = model;
        _messages = device.Messages<T>();
        _field = Upload(model.Field);
        _right = Upload(model.Right);
        _down = Upload(model.Down);
        _change = device.Allocate<T>(1, model.Rows);
        _incoming = device.Allocate<T>(4 * model.Rows, model.Columns);
        _outgoing = device.Allocate<T>(4 * model.Rows, model.Columns);

        DeviceTensor<T> Upload(ReadOnlySpan<double> values)
        {
            var converted = new T[values.Length];
            for (var i = 0; i < converted.Length; i++)
            {
                converted[i] = T.CreateTruncating(values[i]);
            }

            return device.Upload(converted, model.Rows, model.Columns);
        }
    }

    /// <summary>The model.</summary>
    public IsingModel Model { get; }

    /// <summary>Sets all messages back to uniform.</summary>
    public void Reset() => _incoming.Clear();

    /// <summary>Sets the messages that the next run starts from.</summary>
    /// <param name="messages">Log-odds <c>log m(+1) - log m(-1)</c>, finite, <c>[4R, C]</c>: the planes of what is heard from the left, the right, above and below; what lies beyond the border must be 0.</param>
    /// <exception cref="ArgumentException">The length does not fit, a number is not finite, or the border hears something.</exception>
    public void Start(ReadOnlySpan<T> messages)
    {
        var count = Model.Rows * Model.Columns;
        if (messages.Length != 4L * count)
        {
            throw new ArgumentException($"messages: expected 4 x {Model.Rows} x {Model.Columns} = {4L * count} log-odds, but got {messages.Length}.", nameof(messages));
        }

        for (var i = 0; i < messages.Length; i++)
        {
            int plane = i / count, row = i % count / Model.Columns, column = i % Model.Columns;
            var isBeyond = plane switch { 0 => column == 0, 1 => column == Model.Columns - 1, 2 => row == 0, _ => row == Model.Rows - 1 };
            if (!T.IsFinite(messages[i]) || (isBeyond && messages[i] != T.Zero))
            {
                throw new ArgumentException($"messages[{i}]: expected {(isBeyond ? "0 beyond the border" : "finite log-odds")}, but got {messages[i]}.", nameof(messages));
            }
        }

        _incoming.Upload(messages);
    }

    /// <summary>Sends messages until they stand still, or for the given number of iterations.</summary>
    /// <param name="onIteration">Called after every iteration whose change was looked at, in the thread that runs; null for none.</param>
    /// <param name="cancellation">Stops between two iterations.</param>
    /// <returns>How it went; messages that do not come to rest are no error.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public BeliefPropagationResult Run(Action<BeliefPropagationResult>? onIteration = null, CancellationToken cancellation = default)
    {
        var every = _options.CheckEvery != 0 ? _options.CheckEvery : IsAddressable ? 1 : RemoteCheckEvery;
        var changes = new T[Model.Rows];
        var result = new BeliefPropagationResult(false, 0, double.NaN);
        while (result.Iterations < _options.MaximumIterations && !result.Converged)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_options.Semiring == Semiring.MaxProduct)
            {
                _messages.IsingMessages<MaxProduct>(_field, _right, _down, _incoming, _outgoing, _options.Damping, _change);
            }
            else
            {
                _messages.IsingMessages<SumProduct>(_field, _right, _down, _incoming, _outgoing, _options.Damping, _change);
            }

            (_incoming, _outgoing) = (_outgoing, _incoming);
            result = result with { Iterations = result.Iterations + 1 };
            if (result.Iterations % every == 0 || result.Iterations == _options.MaximumIterations)
            {
                _change.Download(changes);
                var change = 0.0;
                foreach (var row in changes)
                {
                    change = Math.Max(change, double.CreateTruncating(row));
                }

                change /= 1 - _options.Damping;
                result = result with { Change = change, Converged = change <= _tolerance && _tolerance > 0 };
                onIteration?.Invoke(result);
            }
        }

        return result;
    }

    /// <summary>The log-odds of every spin, <c>log b(+1) - log b(-1)</c>, <c>[R, C]</c>: <c>2θ_i + Σ messages</c>. Its sign is the more probable state; for max-product, of the most probable states.</summary>
    public double[] LogOdds()
    {
        var messages = _incoming.ToArray();
        var odds = new double[Model.Field.Length];
        for (var i = 0; i < odds.Length; i++)
        {
            odds[i] = 2 * Model.Field[i];
            for (var side = 0; side < 4; side++)
            {
                odds[i] += double.CreateTruncating(messages[side * odds.Length + i]);
            }
        }

        return odds;
    }

    /// <summary>Sum-product: the probability of +1 of every spin, <c>[R, C]</c>.</summary>
    /// <exception cref="InvalidOperationException">The run was max-product.</exception>
    public double[] Marginals()
    {
        RequireSumProduct();
        return Array.ConvertAll(LogOdds(), odds => 1 / (1 + Math.Exp(-odds)));
    }

    /// <summary>Sum-product: minus the Bethe free energy of the beliefs, as <see cref="BeliefPropagation{T}.LogPartition"/> has it.</summary>
    /// <exception cref="InvalidOperationException">The run was max-product.</exception>
    public double LogPartition()
    {
        RequireSumProduct();
        var odds = LogOdds();
        var messages = Array.ConvertAll(_incoming.ToArray(), double.CreateTruncating);
        var count = odds.Length;
        var sum = new BlockedSum();
        for (var i = 0; i < count; i++)
        {
            // The fields and their spins: θ ⟨s⟩ + H counted once for the factor, and once more less for every pair below.
            sum.Add(Model.Field[i] * Math.Tanh(odds[i] / 2) + Entropy(odds[i]));
            if (i % Model.Columns < Model.Columns - 1)
            {
                // What the two spins hear from each other is left out of what they say.
                AddPair(Model.Right[i], odds[i] - messages[count + i], odds[i + 1] - messages[i + 1], odds[i], odds[i + 1]);
            }

            if (i + Model.Columns < count)
            {
                AddPair(Model.Down[i], odds[i] - messages[3 * count + i], odds[i + Model.Columns] - messages[2 * count + i + Model.Columns], odds[i], odds[i + Model.Columns]);
            }
        }

        return sum.Total;

        void AddPair(double coupling, double first, double second, double firstOdds, double secondOdds)
        {
            // log b(s, t) = J s t + (first s + second t) / 2 - log Z
            Span<double> logs = [coupling + (first + second) / 2, -coupling + (first - second) / 2, -coupling + (second - first) / 2, coupling - (first + second) / 2];
            var largest = Math.Max(Math.Max(logs[0], logs[1]), Math.Max(logs[2], logs[3]));
            var total = 0.0;
            foreach (var log in logs)
            {
                total += Math.Exp(log - largest);
            }

            var normaliser = largest + Math.Log(total);
            for (var k = 0; k < logs.Length; k++)
            {
                var log = logs[k] - normaliser;
                sum.Add(Math.Exp(log) * ((k is 0 or 3 ? coupling : -coupling) - log));
            }

            sum.Add(-Entropy(firstOdds) - Entropy(secondOdds));
        }

        static double Entropy(double odds)
        {
            // p = 1 / (1 + e^-|odds|): -log p = log1p(e^-|odds|), and the rarer state has |odds| more.
            double size = Math.Abs(odds), rare = Math.Exp(-size);
            return Math.Log(1 + rare) + size * rare / (1 + rare);
        }
    }

    /// <summary>Frees the device's memory.</summary>
    public void Dispose()
    {
        foreach (var tensor in (ReadOnlySpan<DeviceTensor<T>>)[_field, _right, _down, _change, _incoming, _outgoing])
        {
            tensor.Dispose();
        }
    }

    private unsafe bool IsAddressable => _change.Pointer is not null;

    private void RequireSumProduct()
    {
        if (_options.Semiring != Semiring.SumProduct)
        {
            throw new InvalidOperationException($"This needs options.Semiring = {Semiring.SumProduct}, but the messages are those of {_options.Semiring}.");
        }
    }
}
