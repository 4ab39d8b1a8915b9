using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// A plate of variables of one exponential family, <c>n</c> columns of <c>K</c> natural parameters each, <c>[K, n]</c>: their posterior <c>η</c> and its moments <c>⟨u⟩</c>.
/// Made by the methods of <see cref="VariationalGraph{T}"/>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class VariableArray<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T>? _perPlate;
    private DeviceTensor<T>? _ones;
    private bool _isSlice;

    private protected VariableArray(Device device, string name, ExponentialFamily family, int dimension, int plates, int rows, int valueRows)
    {
        Device = device;
        Name = name;
        Family = family;
        Dimension = dimension;
        Plates = plates;
        Rows = rows;
        ValueRows = valueRows;
    }

    /// <summary>The name in messages, files and drawings.</summary>
    public string Name { get; }

    /// <summary>The family.</summary>
    public ExponentialFamily Family { get; }

    /// <summary>The dimension <c>p</c> of one variable: of vectors and matrices, and the number of outcomes.</summary>
    public int Dimension { get; }

    /// <summary>The number of variables <c>n</c>.</summary>
    public int Plates { get; }

    /// <summary>Whether values were given by <see cref="VariationalGraph{T}.Observe"/>.</summary>
    public bool IsObserved => Values is not null;

    /// <summary>Natural parameters of the posterior, <c>[K, n]</c>; absent until inference has started, and of observed variables.</summary>
    public DeviceMatrix<T> Natural { get; private set; }

    /// <summary>Moments <c>⟨u⟩</c> under the posterior, <c>[K, n]</c>, or <c>u</c> of the values; absent until inference has started, and of observed variables that are no parents.</summary>
    public DeviceMatrix<T> Moments { get; private protected set; }

    /// <summary>The variables that an index map chooses, one for every child: <c>mu[group]</c>.</summary>
    /// <param name="index">The variable of every child, each in <c>[0, Plates)</c>; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range: the message names it.</exception>
    public Plates<T> this[ReadOnlySpan<int> index] => Plates<T>.At(this, index);

    /// <summary>The device.</summary>
    internal Device Device { get; }

    internal int Rows { get; }

    internal int ValueRows { get; }

    internal DeviceMatrix<T> Prior { get; private protected set; }

    internal DeviceMatrix<T> Proposal { get; private set; }

    /// <summary>Counts the changes of <see cref="Moments"/>.</summary>
    internal int Version { get; set; }

    /// <summary>Values, a row per plate; null for latent variables.</summary>
    internal T[]? Values { get; private set; }

    /// <summary>Which values count; null for all.</summary>
    internal bool[]? Present { get; private set; }

    /// <summary>Standard parameters of the start, a row per plate; null for the prior's.</summary>
    internal T[]? StartValues { get; set; }

    /// <summary>Natural parameters of a known prior, a row per plate.</summary>
    internal double[]? PriorValues { get; init; }

    /// <summary>Whether it stands for known numbers of a factor, and so is no variable of the model.</summary>
    internal bool IsKnown { get; init; }


    /// <summary>Name, family and size.</summary>
    public override string ToString() => $"{Name}: {Family}{(Dimension > 1 ? $" of dimension {Dimension}" : "")} [{Plates}]";

    /// <summary>Frees the device's memory.</summary>
    public void Dispose()
    {
        foreach (var matrix in (ReadOnlySpan<DeviceMatrix<T>>)[Natural, Moments, Prior, Proposal])
        {
            if (!matrix.IsAbsent && !_isSlice)
            {
                matrix.Tensor.Dispose();
            }
        }

        _perPlate?.Dispose();
        _ones?.Dispose();
        GC.SuppressFinalize(this);
    }

    internal void Observe(T[] values, bool[]? present)
    {
        Values = values;
        Present = present;
    }

    /// <summary>A plate's values without a copy.</summary>
    internal ReadOnlySpan<T> ValuesOf(int plate) => Values.AsSpan(plate * ValueRows, ValueRows);

    /// <summary>The values of some plates without a copy.</summary>
    internal ReadOnlySpan<T> ValuesOf(PlateRange plates) => Values.AsSpan(plates.First * ValueRows, plates.Count * ValueRows);

    internal bool IsPresent(int plate) => Present is null || Present[plate];

    /// <summary>Memory of a latent variable, and its prior; no proposal where a factor owns it, and no natural parameters where the moments of the start are all that is needed.</summary>
    internal void AllocatePosterior(bool isOwned = false, bool hasNatural = true)
    {
        if (hasNatural)
        {
            AllocateNatural();
        }

        Proposal = isOwned ? default : PlateMemory.Allocate<T>(Device, Rows, Plates);
        Moments = PlateMemory.Allocate<T>(Device, Rows, Plates);
        if (PriorValues is not null)
        {
            Prior = PlateMemory.Allocate<T>(Device, Rows, Plates);
            PlateMemory.Upload(Prior, Array.ConvertAll(PriorValues, T.CreateTruncating));
            Device.Dense<T>().Copy(Prior, Natural);
        }
    }

    /// <summary>Memory of the natural parameters, where there is none so far.</summary>
    internal void AllocateNatural() => Natural = Natural.IsAbsent ? PlateMemory.Allocate<T>(Device, Rows, Plates) : Natural;

    /// <summary>Of a Categorical: makes rows of weights that it starts with probabilities. False, and some rows are not, where there are none or a row has no positive and finite sum.</summary>
    internal bool TryNormaliseStart()
    {
        for (var first = 0; first < StartValues?.Length; first += Rows)
        {
            var weights = StartValues.AsSpan(first, Rows);
            var (sum, least) = (T.Zero, T.Zero);
            foreach (var weight in weights)
            {
                sum += weight;
                least = T.Min(least, weight);
            }

            var scale = T.One / sum;
            if (!(sum > T.Zero && T.IsFinite(sum) && T.IsFinite(scale) && least == T.Zero))
            {
                return false;
            }

            foreach (ref var weight in weights)
            {
                weight *= scale;
            }
        }

        return StartValues is not null;
    }

    /// <summary>Moments of an observed variable that has children.</summary>
    internal abstract void AllocateObservedMoments();

    /// <summary><c>⟨u⟩</c> of <c>η</c>.</summary>
    internal abstract void UpdateMoments();

    /// <summary><c>Σ KL(q ‖ prior)</c>.</summary>
    internal abstract void Divergence(DeviceMatrix<T> term);

    /// <summary><c>Σ H(q)</c>.</summary>
    internal abstract void Entropy(DeviceMatrix<T> term);

    /// <summary><c>η</c> of standard parameters, a row per plate.</summary>
    internal abstract void SetStandard(T[] standard);

    /// <summary>A plate of variables of the same kind and another size.</summary>
    internal abstract VariableArray<T> Alike(int plates);

    /// <summary>Some of the plates, in the same memory.</summary>
    internal VariableArray<T> Slice(PlateRange plates)
    {
        var slice = Alike(plates.Count);
        slice._isSlice = true;
        slice.Natural = Of(Natural);
        slice.Moments = Of(Moments);
        slice.Prior = Of(Prior);
        slice.Proposal = Of(Proposal);
        return slice;

        DeviceMatrix<T> Of(DeviceMatrix<T> matrix) => matrix.IsAbsent ? default : matrix.ColumnRange(plates.First, plates.Count);
    }

    /// <summary>Standard parameters of <c>η</c>, a row per plate.</summary>
    internal abstract T[] GetStandard(DeviceMatrix<T> natural);

    /// <summary>Whether no number is NaN or infinite.</summary>
    internal static bool AreFinite(ReadOnlySpan<T> values)
    {
        // x - x is 0, or NaN where x is NaN or infinite.
        var i = 0;
        var rest = Vector<T>.Zero;
        for (; i + Vector<T>.Count <= values.Length; i += Vector<T>.Count)
        {
            var value = new Vector<T>(values[i..]);
            rest += value - value;
        }

        var isFinite = Vector.EqualsAll(rest, Vector<T>.Zero);
        for (; i < values.Length; i++)
        {
            isFinite &= T.IsFinite(values[i]);
        }

        return isFinite;
    }

    /// <summary>The first plate, of those that are observed, whose value is outside the support; -1 when there is none.</summary>
    internal int FirstOutside(ReadOnlySpan<T> values, ReadOnlySpan<bool> observed)
    {
        // What there is most of is looked at without a call for every plate.
        if (Family is ExponentialFamily.Gaussian or ExponentialFamily.MultivariateGaussian ? AreFinite(values) : Family == ExponentialFamily.Categorical && AreOutcomes(values))
        {
            return -1;
        }

        for (var plate = 0; plate < Plates; plate++)
        {
            if ((observed.IsEmpty || observed[plate]) && !IsInSupport(values.Slice(plate * ValueRows, ValueRows)))
            {
                return plate;
            }
        }

        return -1;
    }

    private bool AreOutcomes(ReadOnlySpan<T> values)
    {
        var (areOutcomes, end) = (true, T.CreateTruncating(Dimension));
        foreach (var value in values)
        {
            areOutcomes &= value >= T.Zero & value < end & T.Truncate(value) == value;
        }

        return areOutcomes;
    }

    /// <summary>Whether a value is in the support.</summary>
    internal bool IsInSupport(ReadOnlySpan<T> value)
    {
        var first = double.CreateTruncating(value[0]);
        return Family switch
        {
            ExponentialFamily.Gamma => first > 0 && double.IsFinite(first),
            ExponentialFamily.Beta => first is > 0 and < 1,
            ExponentialFamily.Bernoulli => first is 0 or 1,
            ExponentialFamily.Poisson => first >= 0 && first == Math.Floor(first) && double.IsFinite(first),
            ExponentialFamily.Categorical => first >= 0 && first < Dimension && first == Math.Floor(first),
            _ => AreFinite(value),
        };
    }

    /// <summary>What was expected of a value outside the support, and what came.</summary>
    internal string Expected(ReadOnlySpan<T> value) => Family switch
    {
        ExponentialFamily.Gamma => $"a number above 0, but got {value[0]}",
        ExponentialFamily.Beta => $"a number in (0, 1), but got {value[0]}",
        ExponentialFamily.Bernoulli => $"0 or 1, but got {value[0]}",
        ExponentialFamily.Poisson => $"a count, but got {value[0]}",
        ExponentialFamily.Categorical => $"an outcome in [0, {Dimension}), but got {value[0]}",
        _ => $"finite numbers, but got [{string.Join(", ", value.ToArray())}]",
    };

    /// <summary>A number per plate, and its sum.</summary>
    private protected DeviceTensor<T> PerPlate => _perPlate ??= Device.Allocate<T>(Plates);

    private protected void SumPlates(DeviceMatrix<T> term)
    {
        if (_ones is null)
        {
            _ones = Device.Allocate<T>(Plates);
            Device.Dense<T>().Fill(_ones, T.One);
        }

        Device.Dense<T>().MatrixProduct(PerPlate.AsMatrix(1, Plates), Transpose.No, _ones.AsMatrix(Plates, 1), Transpose.No, term);
    }
}

/// <summary>A plate of variables whose family is a type argument.</summary>
internal sealed class VariableArray<T, TFamily>(Device device, string name, ExponentialFamily family, int dimension, int plates, int rows)
    : VariableArray<T>(device, name, family, dimension, plates, rows, TFamily.ValueRows(dimension))
    where T : unmanaged, IFloatingPointIeee754<T>
    where TFamily : struct, IExponentialFamily
{
    private readonly NaturalParameterKernels<T> _kernels = device.NaturalParameters<T>();

    internal override void AllocateObservedMoments()
    {
        Moments = PlateMemory.Allocate<T>(Device, Rows, Plates);
        var values = PlateMemory.Allocate<T>(Device, ValueRows, Plates);
        PlateMemory.Upload(values, Values!);
        _kernels.SufficientStatistics<TFamily>(values, Moments);
        values.Tensor.Dispose();
    }

    internal override void UpdateMoments()
    {
        _kernels.ExpectedStatistics<TFamily>(Natural, Moments);
        Version++;
    }

    internal override void Divergence(DeviceMatrix<T> term)
    {
        _kernels.KullbackLeibler<TFamily>(Natural, Prior, PerPlate);
        SumPlates(term);
    }

    internal override void Entropy(DeviceMatrix<T> term)
    {
        _kernels.Entropy<TFamily>(Natural, PerPlate);
        SumPlates(term);
    }

    internal override void SetStandard(T[] standard)
    {
        var matrix = PlateMemory.Allocate<T>(Device, Rows, Plates);
        PlateMemory.Upload(matrix, standard);
        _kernels.FromStandard<TFamily>(matrix, Natural);
        matrix.Tensor.Dispose();
    }

    internal override VariableArray<T> Alike(int plates) => new VariableArray<T, TFamily>(Device, Name, Family, Dimension, plates, Rows);

    internal override T[] GetStandard(DeviceMatrix<T> natural)
    {
        var matrix = PlateMemory.Allocate<T>(Device, Rows, Plates);
        _kernels.ToStandard<TFamily>(natural, matrix);
        var standard = PlateMemory.Download(matrix);
        matrix.Tensor.Dispose();
        return standard;
    }
}

/// <summary>Known numbers as they are, one per plate: a parameter that is no random variable.</summary>
internal sealed class KnownNumbers<T>(Device device, string name, int plates) : VariableArray<T>(device, name, ExponentialFamily.Gaussian, 1, plates, 1, 1)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override void AllocateObservedMoments()
    {
        Moments = PlateMemory.Allocate<T>(Device, 1, Plates);
        PlateMemory.Upload(Moments, Values!);
    }

    internal override void UpdateMoments() => throw NotRandom();

    internal override void Divergence(DeviceMatrix<T> term) => throw NotRandom();

    internal override void Entropy(DeviceMatrix<T> term) => throw NotRandom();

    internal override void SetStandard(T[] standard) => throw NotRandom();

    internal override VariableArray<T> Alike(int plates) => throw NotRandom();

    internal override T[] GetStandard(DeviceMatrix<T> natural) => throw NotRandom();

    private InvalidOperationException NotRandom() => new($"{Name} is no random variable.");
}
