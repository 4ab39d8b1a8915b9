using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Factors <c>p(x | first, second)</c>, one per variable of the child. An observed child is folded once into one sum of sufficient statistics for every combination of parents, so that a sweep costs what
/// the parents cost and not what the observations do; missing observations are left out, which marginalises them.
/// </summary>
internal class ConditionalFactor<T, TChild, TConditional> : ConditionalFactor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TChild : struct, IExponentialFamily
    where TConditional : struct, IConditional
{
    private readonly Plates<T> _firstPlates;
    private readonly Plates<T> _secondPlates;
    private readonly NaturalParameterKernels<T> _kernels;
    private readonly int _dimension;
    private ConditionalFactor<T>? _counts;
    private DeviceTensor<T>? _entropy;
    private DeviceMatrix<T> _firstMessage;
    private DeviceMatrix<T> _secondMessage;
    private DeviceMatrix<T> _childMessage;
    private (int First, int Second, int Child) _version = (-1, -1, -1);

    public ConditionalFactor(string kind, VariableArray<T> child, int dimension, Plates<T> first, Plates<T> second, PlateRange range, VariableArray<T>? gate = null)
        : base(child.Device, child.Name, kind, child.Plates, Touched(child, gate, first, second), range)
    {
        _kernels = Device.NaturalParameters<T>();
        _dimension = dimension;
        _firstPlates = first;
        _secondPlates = second;
        Child = child;
    }

    public VariableArray<T> Child { get; }

    protected ParentPlates<T>? First { get; private set; }

    protected ParentPlates<T>? Second { get; private set; }

    /// <summary>Statistics <c>s</c>, one column per combination of parents.</summary>
    protected DeviceMatrix<T> Statistics { get; private set; }

    /// <summary>Parameters <c>g</c>, one column per combination of parents.</summary>
    protected DeviceMatrix<T> Parameters { get; private set; }

    /// <summary><c>Σ log h(x)</c> of the observations, where it depends on them.</summary>
    protected DeviceTensor<T>? BaseMeasure { get; private set; }

    protected int StatisticsRows => TConditional.StatisticsRows(_dimension);

    public override bool IsOneForOne => PlateMaps.IsOneForOne(_firstPlates, Plates) || PlateMaps.IsOneForOne(_secondPlates, Plates);

    public override ConditionalFactor<T> Part(MinibatchVariables<T> variables) =>
        new ConditionalFactor<T, TChild, TConditional>(Kind, variables.Of(Child), _dimension, variables.Of(_firstPlates), _secondPlates, variables.Range);

    public override VariableArray<T> Weights => _firstPlates.Variable!;

    public override int[]? WeightMap => _firstPlates.Index;

    public override DeviceEdgeIndex WeightIndex() => Device.Upload(EdgeIndex.Create(PlateMaps.NumbersOf(_firstPlates, Range), Weights.Plates));

    public override void CountIn(ConditionalFactor<T> mixture) => _counts = mixture;

    public override void Prepare()
    {
        // What is counted by a mixture sends no message, unless the posterior of the gate is asked for.
        if (_counts is null)
        {
            AllocateAndFold();
        }
    }

    private void AllocateAndFold()
    {
        var maps = Child.IsObserved ? PlateMaps.Folded(_firstPlates, _secondPlates, Range) : PlateMaps.OneForOne(_firstPlates, _secondPlates, Range);
        Allocate(maps.First, maps.Second, maps.Count);
        if (Child.IsObserved)
        {
            Fold(maps.Fold, Statistics);
        }
        else
        {
            _entropy = Device.Allocate<T>(1);
            _childMessage = PlateMemory.Allocate<T>(Device, TConditional.ChildRows(_dimension), maps.Count);
        }
    }

    public override void AddMessage(VariableArray<T> target, DeviceMatrix<T> natural)
    {
        if (ReferenceEquals(target, _firstPlates.Variable))
        {
            if (_counts is not null)
            {
                Device.Dense<T>().AddScaled(T.One, _counts.WeightCounts, T.One, natural);
                return;
            }

            RefreshStatistics();
            _kernels.MessageToFirst<TConditional>(_dimension, Statistics, Second?.Moments() ?? default, _firstMessage);
            First!.Add(_firstMessage, natural);
        }
        else if (ReferenceEquals(target, _secondPlates.Variable))
        {
            RefreshStatistics();
            _kernels.MessageToSecond<TConditional>(_dimension, Statistics, First!.Moments(), _secondMessage);
            Second!.Add(_secondMessage, natural);
        }
        else
        {
            if (First is null)
            {
                AllocateAndFold();
            }

            RefreshParameters();
            AddMessageDown(natural);
        }
    }

    public override void FreeEnergy(DeviceMatrix<T> term)
    {
        var dense = Device.Dense<T>();
        if (_counts is not null)
        {
            dense.Fill(term, T.Zero);
            return;
        }

        RefreshParameters();
        RefreshStatistics();
        PlateMemory.Dot(dense, Statistics, Parameters, term);
        if (BaseMeasure is not null)
        {
            dense.AddScaled(T.One, BaseMeasure, T.One, term);
        }

        if (_entropy is not null)
        {
            Child.Entropy(_entropy);
            dense.AddScaled(T.One, _entropy, T.One, term);
        }

        dense.AddScaled(-T.One, term, T.Zero, term);
    }

    /// <summary>The message to the child, or of a mixture to its gate.</summary>
    protected virtual void AddMessageDown(DeviceMatrix<T> natural)
    {
        _kernels.MessageToChild<TConditional>(_dimension, Parameters, _childMessage);
        Device.Dense<T>().AddScaled(T.One, _childMessage, T.One, natural);
    }

    /// <summary>Brings the statistics up to date with the child, or of a mixture with its gate.</summary>
    protected virtual void RefreshStatistics()
    {
        if (!Child.IsObserved && _version.Child != Child.Version)
        {
            _version.Child = Child.Version;
            _kernels.ConditionalStatistics<TConditional>(_dimension, Child.Moments, Statistics);
        }
    }

    protected void RefreshParameters()
    {
        if (_version.First != First!.Variable.Version || _version.Second != (Second?.Variable.Version ?? 0))
        {
            _version.First = First.Variable.Version;
            _version.Second = Second?.Variable.Version ?? 0;
            _kernels.ConditionalParameters<TConditional>(_dimension, First.Moments(), Second?.Moments() ?? default, Parameters);
        }
    }

    protected void Allocate(int[]? firstMap, int[]? secondMap, int count)
    {
        First = new ParentPlates<T>(_firstPlates.Variable!, firstMap);
        Second = _secondPlates.Variable is { } second ? new ParentPlates<T>(second, secondMap) : null;
        Statistics = PlateMemory.Allocate<T>(Device, StatisticsRows, count);
        Parameters = PlateMemory.Allocate<T>(Device, StatisticsRows, count);
        _firstMessage = PlateMemory.Allocate<T>(Device, TConditional.FirstRows(_dimension), count);
        if (Second is not null)
        {
            _secondMessage = PlateMemory.Allocate<T>(Device, TConditional.SecondRows(_dimension), count);
        }
    }

    /// <summary>Sums the statistics of the observations that are there, in column <c>fold[plate]</c> each, or without <paramref name="fold"/> in that of the plate.</summary>
    protected void Fold(int[]? fold, DeviceMatrix<T> sums)
    {
        Device.Dense<T>().Fill(sums, T.Zero);
        var baseMeasure = new BlockedSum();
        if (fold is null && Child.Present is null)
        {
            FoldAll(sums, ref baseMeasure);
        }
        else
        {
            FoldPresent(fold, sums, ref baseMeasure);
        }

        if (baseMeasure.Total != 0)
        {
            BaseMeasure = Device.Upload([T.CreateTruncating(baseMeasure.Total)]);
        }
    }

    /// <summary>One column for every observation, none missing: pieces that stay in the cache, through the same memory.</summary>
    private void FoldAll(DeviceMatrix<T> sums, ref BlockedSum baseMeasure)
    {
        const int AtOnce = 1024;
        var most = Math.Min(AtOnce, Range.Count);
        var given = PlateMemory.Allocate<T>(Device, Child.ValueRows, most);
        var child = PlateMemory.Allocate<T>(Device, Child.Rows, most);
        for (var first = 0; first < Range.Count; first += AtOnce)
        {
            var count = Math.Min(AtOnce, Range.Count - first);
            var values = Child.ValuesOf(new PlateRange(Range.First + first, count));
            DeviceMatrix<T> from = given.ColumnRange(0, count), to = child.ColumnRange(0, count);
            PlateMemory.Upload(from, values);
            _kernels.SufficientStatistics<TChild>(from, to);
            _kernels.ConditionalStatistics<TConditional>(_dimension, to, sums.ColumnRange(first, count));
            AddBaseMeasure(values, ref baseMeasure);
        }

        given.Tensor.Dispose();
        child.Tensor.Dispose();
    }

    private void FoldPresent(int[]? fold, DeviceMatrix<T> sums, ref BlockedSum baseMeasure)
    {
        for (var first = 0; first < Range.Count; first += FoldedAtOnce)
        {
            var (values, columns) = PresentValues(first, Math.Min(FoldedAtOnce, Range.Count - first), fold);
            AddBaseMeasure(values, ref baseMeasure);
            if (columns.Length == 0)
            {
                continue;
            }

            if (typeof(TChild) == typeof(Categorical))
            {
                CountOutcomes(values, columns, sums);
                continue;
            }

            var given = PlateMemory.Allocate<T>(Device, Child.ValueRows, columns.Length);
            var child = PlateMemory.Allocate<T>(Device, Child.Rows, columns.Length);
            PlateMemory.Upload(given, values);
            _kernels.SufficientStatistics<TChild>(given, child);
            AddStatistics(child, columns, sums);
            given.Tensor.Dispose();
            child.Tensor.Dispose();
        }
    }

    /// <summary>Of a Poisson count <c>log h(x) = -log x!</c>; of the others it does not depend on <c>x</c>.</summary>
    private static void AddBaseMeasure(ReadOnlySpan<T> values, ref BlockedSum baseMeasure)
    {
        if (typeof(TChild) == typeof(Poisson))
        {
            foreach (var count in values)
            {
                baseMeasure.Add(-Divergences.LogGamma(double.CreateTruncating(count) + 1));
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        First?.Dispose();
        Second?.Dispose();
        _entropy?.Dispose();
        BaseMeasure?.Dispose();
        foreach (var matrix in (ReadOnlySpan<DeviceMatrix<T>>)[Statistics, Parameters, _firstMessage, _secondMessage, _childMessage])
        {
            if (!matrix.IsAbsent)
            {
                matrix.Tensor.Dispose();
            }
        }
    }

    private static List<VariableArray<T>> Touched(VariableArray<T> child, VariableArray<T>? gate, Plates<T> first, Plates<T> second)
    {
        List<VariableArray<T>> touched = [child];
        foreach (var variable in (ReadOnlySpan<VariableArray<T>?>)[gate, first.Variable, second.Variable])
        {
            if (variable is not null && !variable.IsKnown)
            {
                touched.Add(variable);
            }
        }

        return touched;
    }

    private void AddStatistics(DeviceMatrix<T> child, int[] columns, DeviceMatrix<T> sums)
    {
        // Only the columns that these plates reach: an index of all of them for every piece would cost pieces times columns.
        int least = columns.Min(), reached = columns.Max() - least + 1;
        var part = sums.ColumnRange(least, reached);
        using var index = Device.Upload(EdgeIndex.Create(Array.ConvertAll(columns, column => column - least), reached));
        var statistics = PlateMemory.Allocate<T>(Device, StatisticsRows, columns.Length);
        _kernels.ConditionalStatistics<TConditional>(_dimension, child, statistics);
        for (var row = 0; row < StatisticsRows; row++)
        {
            Device.Messages<T>().ScatterAdd(index, PlateMemory.Column(statistics, row), PlateMemory.Column(part, row));
        }

        statistics.Tensor.Dispose();
    }

    private (T[] Values, int[] Columns) PresentValues(int first, int count, int[]? fold)
    {
        var width = Child.ValueRows;
        var values = new T[count * width];
        var columns = new int[count];
        var present = 0;
        for (var plate = first; plate < first + count; plate++)
        {
            var number = Range.First + plate;
            if (Child.IsPresent(number))
            {
                Child.ValuesOf(number).CopyTo(values.AsSpan(present * width));
                columns[present++] = fold?[plate] ?? plate;
            }
        }

        return (values[..(present * width)], columns[..present]);
    }

    // One number per outcome and column, at outcome · stride + column.
    private void CountOutcomes(T[] outcomes, int[] columns, DeviceMatrix<T> counts)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = checked((int)(int.CreateTruncating(outcomes[i]) * counts.Stride + columns[i]));
        }

        var cells = checked((int)counts.Tensor.Count);
        using var index = Device.Upload(EdgeIndex.Create(columns, cells));
        using var one = Device.Upload([T.One]);
        Device.Messages<T>().ScatterAdd(index, new DeviceMatrix<T>(one, 0, columns.Length, 1, 0), counts.Tensor.AsMatrix(cells, 1));
    }
}

/// <summary>What the engine knows of a conditional factor, whatever its families.</summary>
internal abstract class ConditionalFactor<T>(Device device, string name, string kind, int plates, IReadOnlyList<VariableArray<T>> variables, PlateRange range)
    : FactorArray<T>(device, name, kind, plates, variables)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Observations that are brought to the device at once.</summary>
    protected const int FoldedAtOnce = 1 << 16;

    /// <summary>The children that the factor is about.</summary>
    public PlateRange Range { get; } = range;

    /// <summary>The parent of a Categorical.</summary>
    public abstract VariableArray<T> Weights { get; }

    /// <summary>Expected counts by component, the message of a mixture to the weights of its gate; see <see cref="TryOwnGate"/>.</summary>
    public virtual DeviceMatrix<T> WeightCounts => default;

    /// <summary>The parent of every Categorical, where an index map chooses it; else null.</summary>
    public abstract int[]? WeightMap { get; }

    /// <summary>The parent of every Categorical, as an index that the caller disposes.</summary>
    public abstract DeviceEdgeIndex WeightIndex();

    /// <summary>Of the factor of a gate: its message and its term of the free energy come from the mixture that owns the gate.</summary>
    public abstract void CountIn(ConditionalFactor<T> mixture);

    /// <summary>
    /// Of a mixture: takes over the gate and the factor that generates it, if it can. Responsibilities, counts, sums and the evidence are then one pass over the data, and the next sweep needs the counts and sums alone.
    /// Asks that the gate has no other children, and is updated after all its neighbours and undamped: then <c>-Σ log evidence</c> is the gate's part of <c>F</c> with that of the likelihood.
    /// </summary>
    public virtual bool TryOwnGate(ConditionalFactor<T> generator) => false;

    /// <summary>Whether there is a latent parent for every single child.</summary>
    public abstract bool IsOneForOne { get; }

    /// <summary>The same factors for the children of a minibatch.</summary>
    public abstract ConditionalFactor<T> Part(MinibatchVariables<T> variables);
}
