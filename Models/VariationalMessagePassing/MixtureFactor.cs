using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// A mixture <c>p(x_n | z_n = k) = p(x_n | first_k, second_k)</c> of <c>K</c> components, gated by a Categorical <c>z</c>: responsibilities times statistics are sums per component, and parameters times statistics
/// are the message to the gate. A missing observation has statistics of 0, and so leaves its gate to the prior.
/// </summary>
/// <remarks>Of a minibatch, <paramref name="whole"/> has the statistics of all observations.</remarks>
internal class MixtureFactor<T, TChild, TConditional>(
    VariableArray<T> child, VariableArray<T> gate, int dimension, Plates<T> first, Plates<T> second, PlateRange range, MixtureFactor<T, TChild, TConditional>? whole = null)
    : ConditionalFactor<T, TChild, TConditional>("mixture", child, dimension, first, second, range, gate)
    where T : unmanaged, IFloatingPointIeee754<T>
    where TChild : struct, IExponentialFamily
    where TConditional : struct, IConditional
{
    private readonly Plates<T> _first = first;
    private readonly Plates<T> _second = second;
    private readonly int _dimension = dimension;
    private int _version = -1;

    /// <summary>Statistics of every observation.</summary>
    protected DeviceMatrix<T> Observations { get; private set; }

    protected VariableArray<T> Gate { get; } = gate;

    /// <summary>What computes the gate in one pass over the data; null where the gate is updated like any other variable.</summary>
    protected GatePass<T>? Pass { get; private set; }

    public override ConditionalFactor<T> Part(MinibatchVariables<T> variables) =>
        new MixtureFactor<T, TChild, TConditional>(Child, variables.Of(Gate), _dimension, _first, _second, variables.Range, this);

    public override IReadOnlyList<KeyValuePair<string, DeviceTensor<T>>> State =>
        Pass is { } pass ? [new("counts", pass.Counts.Tensor), new("sums", Statistics.Tensor), new("evidence", pass.LogEvidence)] : [];

    public override DeviceMatrix<T> WeightCounts => Pass!.Counts;

    public override bool IsOneForOne => false;

    public override void Prepare()
    {
        var components = Gate.Dimension;
        Allocate(PlatesOf(_first, components), _second.Variable is null ? null : PlatesOf(_second, components), components);
        PrepareObservations();
        Pass?.Prepare();
    }

    public override bool Owns(VariableArray<T> variable) => Pass is not null && ReferenceEquals(variable, Gate);

    public override bool TryOwnGate(ConditionalFactor<T> generator)
    {
        Pass = CanOwnGate(generator) ? NewPass(generator) : null;
        if (Pass is not null)
        {
            generator.CountIn(this);
        }

        return Pass is not null;
    }

    public override void Start()
    {
        if (Pass is not null)
        {
            SumObservations();
            Pass.CountStart(Gate.Moments);
        }
    }

    public override void Update()
    {
        RefreshParameters();
        Pass!.Run(Parameters, Statistics);
    }

    public override void FreeEnergy(DeviceMatrix<T> term)
    {
        if (Pass is null)
        {
            base.FreeEnergy(term);
            return;
        }

        var dense = Device.Dense<T>();
        dense.AddScaled(-T.One, Pass.LogEvidence, T.Zero, term);
        if (BaseMeasure is not null)
        {
            dense.AddScaled(-T.One, BaseMeasure, T.One, term);
        }
    }

    protected virtual void PrepareObservations()
    {
        if (whole is not null)
        {
            Observations = whole.Observations.ColumnRange(Range.First, Range.Count);
            return;
        }

        Observations = PlateMemory.Allocate<T>(Device, StatisticsRows, Range.Count);
        Fold(null, Observations);
    }

    protected override void AddMessageDown(DeviceMatrix<T> natural) => Device.Dense<T>().MatrixProduct(Parameters, Transpose.Yes, Observations, Transpose.No, natural, accumulate: true);

    protected sealed override void RefreshStatistics()
    {
        if (Pass is null && _version != Gate.Version)
        {
            _version = Gate.Version;
            SumObservations();
        }
    }

    protected virtual void SumObservations() => Device.Dense<T>().MatrixProduct(Observations, Transpose.No, Gate.Moments, Transpose.Yes, Statistics);

    /// <summary>One distribution of weights for all.</summary>
    protected virtual bool CanOwnGate(ConditionalFactor<T> generator) => generator.Weights.Plates == 1;

    protected virtual GatePass<T> NewPass(ConditionalFactor<T> generator) => new MixturePass<T>(Device, Gate, generator, () => Observations, typeof(TChild) != typeof(Categorical) && Child.Present is null);

    protected override void Dispose(bool disposing)
    {
        Pass?.Dispose();
        if (!Observations.IsAbsent && whole is null)
        {
            Observations.Tensor.Dispose();
        }

        base.Dispose(disposing);
    }

    private static int[]? PlatesOf(Plates<T> parent, int components) => parent.Variable!.Plates == components ? null : new int[components];
}

/// <summary>A mixture of Categoricals, as in a topic model: outcomes are looked up and counted, so that work and memory do not grow with the number of outcomes.</summary>
internal sealed class TopicFactor<T>(VariableArray<T> child, VariableArray<T> gate, Plates<T> topics, PlateRange range)
    : MixtureFactor<T, Categorical, CategoricalConditional>(child, gate, child.Dimension, topics, default, range)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Plates<T> _topics = topics;
    private DeviceEdgeIndex? _outcome;
    private DeviceEdgeIndex? _plate;
    private DeviceMatrix<T> _perToken;

    /// <summary>A number for every topic and token, <c>[K, tokens]</c>; a pass over the tokens needs none.</summary>
    private DeviceMatrix<T> PerToken => _perToken = _perToken.IsAbsent ? PlateMemory.Allocate<T>(Device, Gate.Dimension, _outcome!.Edges) : _perToken;

    protected override bool CanOwnGate(ConditionalFactor<T> generator) => Child.Present is null && _topics.Variable!.Plates == Gate.Dimension;

    protected override GatePass<T> NewPass(ConditionalFactor<T> generator) => new TopicPass<T>(Device, Gate, generator, () => _outcome!);

    public override ConditionalFactor<T> Part(MinibatchVariables<T> variables) => new TopicFactor<T>(Child, variables.Of(Gate), _topics, variables.Range);

    protected override void PrepareObservations()
    {
        int[] outcomes = new int[Range.Count], plates = Child.Present is null ? [] : new int[Range.Count];
        var values = Child.ValuesOf(Range);
        var present = 0;
        for (var plate = 0; plate < values.Length; plate++)
        {
            if (Child.IsPresent(Range.First + plate))
            {
                if (plates.Length > 0)
                {
                    plates[present] = plate;
                }

                outcomes[present++] = int.CreateTruncating(values[plate]);
            }
        }

        _outcome = Device.Upload(EdgeIndex.Create(outcomes.AsSpan(0, present), Child.Dimension));
        _plate = present == Range.Count ? null : Device.Upload(EdgeIndex.Create(plates.AsSpan(0, present), Range.Count));
    }

    protected override void AddMessageDown(DeviceMatrix<T> natural)
    {
        for (var k = 0; k < Gate.Dimension; k++)
        {
            Device.Messages<T>().Gather(_outcome!, PlateMemory.TransposedRow(Parameters, k), PlateMemory.Column(PerToken, k));
        }

        if (_plate is null)
        {
            Device.Dense<T>().AddScaled(T.One, _perToken, T.One, natural);
        }
        else
        {
            Device.NaturalParameters<T>().Accumulate(_plate, natural, _perToken, natural);
        }
    }

    protected override void SumObservations()
    {
        var messages = Device.Messages<T>();
        Device.Dense<T>().Fill(Statistics, T.Zero);
        for (var k = 0; k < Gate.Dimension; k++)
        {
            var responsibilities = PlateMemory.Column(Gate.Moments, k);
            if (_plate is not null)
            {
                messages.Gather(_plate, responsibilities, PlateMemory.Column(PerToken, k));
                responsibilities = PlateMemory.Column(_perToken, k);
            }

            messages.ScatterAdd(_outcome!, responsibilities, PlateMemory.TransposedRow(Statistics, k));
        }
    }

    protected override void Dispose(bool disposing)
    {
        _outcome?.Dispose();
        _plate?.Dispose();
        if (!_perToken.IsAbsent)
        {
            _perToken.Tensor.Dispose();
        }

        base.Dispose(disposing);
    }
}
