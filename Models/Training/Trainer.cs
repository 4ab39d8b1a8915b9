using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Trains a node model as a classifier, on the whole graph at a time: minimises the mean cross-entropy over the training nodes,
/// stops early by the validation nodes, and leaves the model in the best state it met. Nodes outside both masks are seen but not their labels.
/// </summary>
/// <remarks>
/// Losses stay on the device and are downloaded at a stated cadence (<see cref="TrainerOptions.CheckEvery"/>). A loss that is not finite ends training
/// with a <see cref="TrainingDivergedException"/>, the parameters set back to those of the last check that was good.
/// Between checks nothing is allocated.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Trainer<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int DeviceCheckEvery = 16;

    private readonly INodeModel<T> _model;
    private readonly Optimizer<T> _optimizer;
    private readonly NodeInputs<T> _inputs;
    private readonly TrainerOptions _options;
    private readonly DenseKernels<T> _dense;
    private readonly int[] _labels;
    private readonly bool[] _training;
    private readonly bool[] _validation;
    private readonly int _trainingCount;
    private readonly int _validationCount;
    private readonly int _checkEvery;
    private readonly DeviceTensor<int> _label;
    private readonly DeviceTensor<byte> _ignoreTraining;
    private readonly DeviceTensor<byte> _ignoreValidation;
    private readonly DeviceTensor<T> _loss;
    private readonly Workspace<T> _logits;
    private readonly ParameterSnapshot<T> _good;
    private readonly ParameterSnapshot<T> _best;
    private readonly List<TrainingCheck> _history = [];
    private readonly T[] _hostLoss = new T[1];
    private T[] _hostLogits = [];

    /// <summary>Prepares training. It starts, when <see cref="Run"/> is called, from the model's state then.</summary>
    /// <param name="model">The model; not owned.</param>
    /// <param name="optimizer">The optimiser of the model's parameters; not owned.</param>
    /// <param name="inputs">What the model reads; must stay as it is.</param>
    /// <param name="labels">Class of every node, <c>[N]</c>, ≥ 0 where a mask is set; not read elsewhere.</param>
    /// <param name="training">True for the nodes to learn from, <c>[N]</c>: at least one.</param>
    /// <param name="validation">True for the nodes that choose the state, <c>[N]</c>, none of them a training node; empty for none.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="ArgumentException">Sizes differ, no node is to be learned from, the masks overlap, a label is negative, or the optimiser has other parameters.</exception>
    public Trainer(INodeModel<T> model, Optimizer<T> optimizer, NodeInputs<T> inputs, ReadOnlySpan<int> labels, ReadOnlySpan<bool> training, ReadOnlySpan<bool> validation = default, TrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        _options = options ?? new TrainerOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.MaximumEpochs, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Patience, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.CheckEvery, nameof(options));
        Require.Named(_options.Selection, nameof(options));
        if (!ReferenceEquals(optimizer.Parameters, model.Parameters))
        {
            throw new ArgumentException("optimizer: expected one for the parameters of the model, but it has others.", nameof(optimizer));
        }

        if (inputs.Features.IsAbsent)
        {
            throw new ArgumentException("inputs: expected node features, but none were given.", nameof(inputs));
        }

        var nodes = checked((int)inputs.Features.Rows);
        RequireLength(labels.Length, nodes, nameof(labels));
        RequireLength(training.Length, nodes, nameof(training));
        if (!validation.IsEmpty)
        {
            RequireLength(validation.Length, nodes, nameof(validation));
        }

        _model = model;
        _optimizer = optimizer;
        _inputs = inputs;
        _labels = labels.ToArray();
        _training = training.ToArray();
        _validation = validation.IsEmpty ? new bool[nodes] : validation.ToArray();
        for (var node = 0; node < nodes; node++)
        {
            if (_training[node] && _validation[node])
            {
                throw new ArgumentException($"validation[{node}]: expected no training node, but node {node} is one.", nameof(validation));
            }

            if ((_training[node] || _validation[node]) && _labels[node] < 0)
            {
                throw new ArgumentException($"labels[{node}]: expected a class of at least 0, but got {_labels[node]}.", nameof(labels));
            }

            _trainingCount += _training[node] ? 1 : 0;
            _validationCount += _validation[node] ? 1 : 0;
        }

        if (_trainingCount == 0)
        {
            throw new ArgumentException("training: expected at least one node, but got none.", nameof(training));
        }

        var device = model.Parameters.Device;
        _dense = device.Dense<T>();
        _label = device.Upload(_labels, nodes);
        _ignoreTraining = device.Upload(Ignore(_training), nodes);
        _ignoreValidation = device.Upload(Ignore(_validation), nodes);
        _loss = device.Allocate<T>(1);
        _logits = new(device);
        _good = new(model.Parameters);
        _best = new(model.Parameters);
        _checkEvery = _options.CheckEvery != 0 ? _options.CheckEvery : IsAddressable(_loss) ? 1 : DeviceCheckEvery;
    }

    /// <summary>The checks of the last run so far, also when it was cancelled or diverged.</summary>
    public IReadOnlyList<TrainingCheck> History => _history;

    /// <summary>Trains, and leaves the model in the best state met (without validation nodes: in the last one).</summary>
    /// <param name="onCheck">Called after every check, in the thread that trains; null for none.</param>
    /// <param name="cancellation">Stops before the next epoch; the model is left in the best state met.</param>
    /// <returns>How it went.</returns>
    /// <exception cref="TrainingDivergedException">A loss was NaN or infinite; the parameters are those of the last check that was good.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ArgumentException">A label is not below the number of outputs of the model.</exception>
    public TrainingResult Run(Action<TrainingCheck>? onCheck = null, CancellationToken cancellation = default)
    {
        _history.Clear();
        _good.Take();
        _history.EnsureCapacity(_options.MaximumEpochs / _checkEvery + 2);
        TrainingCheck? best = null;
        var end = TrainingEnd.MaximumEpochs;
        for (var epoch = 0; ; epoch++)
        {
            if (cancellation.IsCancellationRequested)
            {
                if (best is not null)
                {
                    _best.Restore();
                }

                cancellation.ThrowIfCancellationRequested();
            }

            var logits = _model.Forward(_inputs);
            if (epoch == 0)
            {
                RequireClasses(logits);
            }

            var last = epoch == _options.MaximumEpochs;
            if (epoch % _checkEvery == 0 || last)
            {
                var check = Check(epoch, logits);
                _history.Add(check);
                _good.Take();
                if (best is null || _validationCount == 0 || IsBetter(check, best.Value))
                {
                    best = check;
                    _best.Take();
                }

                onCheck?.Invoke(check);
                if (last)
                {
                    break;
                }

                if (_validationCount > 0 && _options.Patience > 0 && epoch - best.Value.Epoch >= _options.Patience)
                {
                    end = TrainingEnd.NoImprovement;
                    break;
                }
            }

            var dLogits = _logits.Matrix(logits.Rows, logits.Columns);
            _dense.CrossEntropyBackward(logits, _label, _ignoreTraining, T.One / T.CreateTruncating(_trainingCount), dLogits);
            _model.Parameters.ClearGradients();
            _model.Backward(dLogits);
            _optimizer.Step();
        }

        _best.Restore();
        return new TrainingResult(end, best.Value, [.. _history]);
    }

    /// <summary>Classifies every node with the model as it is.</summary>
    /// <returns>The class with the largest logit of every node, <c>[N]</c>, ties to the lower class; -1 where a logit is NaN.</returns>
    public int[] Predict()
    {
        var logits = Download(_model.Forward(_inputs));
        var classes = new int[_labels.Length];
        for (var node = 0; node < classes.Length; node++)
        {
            classes[node] = LargestOf(logits, node);
        }

        return classes;
    }

    /// <summary>Frees what the trainer allocated; model, optimiser and inputs stay with their owners.</summary>
    public void Dispose()
    {
        _label.Dispose();
        _ignoreTraining.Dispose();
        _ignoreValidation.Dispose();
        _loss.Dispose();
        _logits.Dispose();
        _good.Dispose();
        _best.Dispose();
    }

    private TrainingCheck Check(int epoch, DeviceMatrix<T> logits)
    {
        var trainingLoss = Loss(logits, _ignoreTraining, _trainingCount);
        if (!double.IsFinite(trainingLoss))
        {
            throw Diverged(epoch, "training loss", trainingLoss, logits);
        }

        var validationLoss = _validationCount == 0 ? double.NaN : Loss(logits, _ignoreValidation, _validationCount);
        if (_validationCount > 0 && !double.IsFinite(validationLoss))
        {
            throw Diverged(epoch, "validation loss", validationLoss, logits);
        }

        _model.Parameters.Device.ThrowIfFaulted();
        var host = Download(logits);
        return new TrainingCheck(epoch, trainingLoss, Accuracy(host, _training, _trainingCount), validationLoss, Accuracy(host, _validation, _validationCount));
    }

    private double Loss(DeviceMatrix<T> logits, DeviceTensor<byte> ignore, int count)
    {
        _dense.CrossEntropy(logits, _label, ignore, _loss);
        _loss.Download(_hostLoss);
        return double.CreateTruncating(_hostLoss[0]) / count;
    }

    private bool IsBetter(TrainingCheck check, TrainingCheck best)
    {
        if (_options.Selection == ModelSelection.ValidationAccuracy && check.ValidationAccuracy != best.ValidationAccuracy)
        {
            return check.ValidationAccuracy > best.ValidationAccuracy;
        }

        return check.ValidationLoss < best.ValidationLoss;
    }

    private TrainingDivergedException Diverged(int epoch, string what, double value, DeviceMatrix<T> logits)
    {
        var cause = FindCause(logits);
        int? lastGood = _history.Count == 0 ? null : _history[^1].Epoch;
        _good.Restore();
        var kept = lastGood is { } good ? $"The parameters were set back to those of epoch {good}, the last that was good." : "No epoch before it was good; the parameters are those from before training.";
        return new TrainingDivergedException(epoch, lastGood, $"Epoch {epoch}: the {what} is {value}. {cause} {kept}");
    }

    private string FindCause(DeviceMatrix<T> logits)
    {
        foreach (var parameter in _model.Parameters)
        {
            if (FirstNotFinite(parameter.Value.ToArray()) is { } element)
            {
                return $"Parameter '{parameter.Name}' is {element.Value} at element {element.Index}.";
            }
        }

        using var features = _model.Parameters.Device.Allocate<T>(_inputs.Features.Rows, _inputs.Features.Columns);
        _dense.Copy(_inputs.Features, features);
        if (FirstNotFinite(features.ToArray()) is { } feature)
        {
            return $"The features of node {feature.Index / features.Columns} hold {feature.Value}.";
        }

        return FirstNotFinite(Download(logits)) is { } logit
            ? $"Parameters and features are finite, but the output of node {logit.Index / logits.Columns} is {logit.Value}."
            : "Parameters, features and outputs are finite.";
    }

    private static (long Index, T Value)? FirstNotFinite(T[] values)
    {
        var index = Array.FindIndex(values, value => !T.IsFinite(value));
        return index < 0 ? null : (index, values[index]);
    }

    // The model's memory may be larger than the logits, so they go through a tensor of their own size.
    private T[] Download(DeviceMatrix<T> logits)
    {
        var count = logits.Rows * logits.Columns;
        var copy = _logits.Vector(count);
        _dense.Copy(logits, copy.AsMatrix(logits.Rows, logits.Columns));
        if (_hostLogits.Length != count)
        {
            _hostLogits = new T[count];
        }

        copy.Download(_hostLogits);
        return _hostLogits;
    }

    private double Accuracy(T[] logits, bool[] mask, int count)
    {
        var right = 0;
        for (var node = 0; node < mask.Length; node++)
        {
            if (mask[node] && LargestOf(logits, node) == _labels[node])
            {
                right++;
            }
        }

        return count == 0 ? double.NaN : (double)right / count;
    }

    private int LargestOf(T[] logits, int node)
    {
        var classes = logits.Length / _labels.Length;
        var row = logits.AsSpan(node * classes, classes);
        var largest = 0;
        for (var k = 0; k < classes; k++)
        {
            if (T.IsNaN(row[k]))
            {
                return -1;
            }

            if (row[k] > row[largest])
            {
                largest = k;
            }
        }

        return largest;
    }

    private void RequireClasses(DeviceMatrix<T> logits)
    {
        if (logits.Rows != _labels.Length)
        {
            throw new InvalidOperationException($"The model gave {logits.Rows} rows for {_labels.Length} nodes.");
        }

        for (var node = 0; node < _labels.Length; node++)
        {
            if ((_training[node] || _validation[node]) && _labels[node] >= logits.Columns)
            {
                throw new ArgumentException($"labels[{node}]: expected a class below the {logits.Columns} outputs of the model, but got {_labels[node]}.");
            }
        }
    }

    private static byte[] Ignore(bool[] mask) => Array.ConvertAll(mask, counts => counts ? (byte)0 : (byte)1);

    private static unsafe bool IsAddressable(DeviceTensor<T> tensor) => tensor.Pointer is not null;

    private static void RequireLength(int length, int nodes, string name)
    {
        if (length != nodes)
        {
            throw new ArgumentException($"{name}: expected {nodes} entries, one for each node, but got {length}.", name);
        }
    }
}
