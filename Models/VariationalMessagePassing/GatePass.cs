using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>The gate of a mixture in one pass over the data, from the parameters of the components to counts and sums; responsibilities are not kept.</summary>
internal abstract class GatePass<T>(Device device, VariableArray<T> gate, ConditionalFactor<T> generator) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected Device Device { get; } = device;

    protected DenseKernels<T> Dense { get; } = device.Dense<T>();

    protected NaturalParameterKernels<T> Kernels { get; } = device.NaturalParameters<T>();

    /// <summary>The factor that generates the gate.</summary>
    protected ConditionalFactor<T> Generator { get; } = generator;

    protected int Components { get; } = gate.Dimension;

    /// <summary><c>Σ log evidence [1]</c>.</summary>
    public DeviceTensor<T> LogEvidence { get; } = device.Allocate<T>(1);

    /// <summary>Expected counts by component and weight, <c>[K, weights]</c>.</summary>
    public DeviceMatrix<T> Counts { get; protected set; }

    /// <summary>Called when parents and observations are there.</summary>
    public abstract void Prepare();

    /// <summary>Counts of the responsibilities that the gate starts with.</summary>
    public abstract void CountStart(DeviceMatrix<T> responsibilities);

    /// <summary>Counts, sums and evidence of the parameters.</summary>
    /// <param name="parameters"><c>g [F, K]</c>.</param>
    /// <param name="sums">Sums of statistics <c>[F, K]</c>; overwritten.</param>
    public abstract void Run(DeviceMatrix<T> parameters, DeviceMatrix<T> sums);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        LogEvidence.Dispose();
        if (!Counts.IsAbsent)
        {
            Counts.Tensor.Dispose();
        }
    }
}

/// <summary>A mixture with one distribution of weights, whose statistics are rows. Where no observation is missing, the row of ones is left out: its parameter joins the log weight, its sums are the counts.</summary>
internal sealed class MixturePass<T>(Device device, VariableArray<T> gate, ConditionalFactor<T> generator, Func<DeviceMatrix<T>> observations, bool isComplete) : GatePass<T>(device, gate, generator)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceMatrix<T> _statistics;
    private DeviceTensor<T>? _parameters;
    private DeviceTensor<T>? _sums;
    private DeviceTensor<T>? _logWeights;
    private DeviceTensor<T>? _counts;
    private DeviceTensor<T>? _ones;

    private int Left => isComplete ? 1 : 0;

    public override void Prepare()
    {
        var all = observations();
        _statistics = new DeviceMatrix<T>(all.Tensor, all.Offset + Left * all.Stride, all.Rows - Left, all.Columns, all.Stride);
        _parameters = Device.Allocate<T>(Components, _statistics.Rows);
        _sums = Device.Allocate<T>(Components, _statistics.Rows);
        _logWeights = Device.Allocate<T>(Components);
        _counts = Device.Allocate<T>(Components);
        Counts = _counts.AsMatrix(Components, 1);
    }

    public override void CountStart(DeviceMatrix<T> responsibilities)
    {
        _ones ??= Device.Allocate<T>(responsibilities.Columns, 1);
        Dense.Fill(_ones, T.One);
        Dense.MatrixProduct(responsibilities, Transpose.No, _ones, Transpose.No, Counts);
        _ones.Dispose();
        _ones = null;
    }

    public override void Run(DeviceMatrix<T> parameters, DeviceMatrix<T> sums)
    {
        Dense.Copy(Generator.Weights.Moments, _logWeights!);
        if (isComplete)
        {
            Dense.AddScaled(T.One, PlateMemory.Column(parameters, 0), T.One, _logWeights!);
        }

        for (var row = 0; row < _statistics.Rows; row++)
        {
            Dense.Copy(PlateMemory.Column(parameters, row + Left), PlateMemory.TransposedRow<T>(_parameters!, row));
        }

        Kernels.Responsibilities(_statistics, _parameters!, _logWeights!, default, _counts!, _sums!, LogEvidence);
        if (isComplete)
        {
            Dense.Copy(Counts, PlateMemory.Column(sums, 0));
        }

        for (var row = 0; row < _statistics.Rows; row++)
        {
            Dense.Copy(PlateMemory.TransposedRow<T>(_sums!, row), PlateMemory.Column(sums, row + Left));
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _parameters?.Dispose();
        _sums?.Dispose();
        _logWeights?.Dispose();
    }
}

/// <summary>A topic model: the weights of every token's document, the outcomes of its topics.</summary>
internal sealed class TopicPass<T>(Device device, VariableArray<T> gate, ConditionalFactor<T> generator, Func<DeviceEdgeIndex> outcomes) : GatePass<T>(device, gate, generator)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceEdgeIndex? _documents;
    private DeviceMatrix<T> _logOutcomes;
    private DeviceMatrix<T> _outcomeCounts;

    public override void Prepare()
    {
        _documents = Generator.WeightIndex();
        _logOutcomes = PlateMemory.Allocate<T>(Device, Components, outcomes().Nodes);
        _outcomeCounts = PlateMemory.Allocate<T>(Device, Components, outcomes().Nodes);
        Counts = PlateMemory.Allocate<T>(Device, Components, _documents.Nodes);
    }

    public override void CountStart(DeviceMatrix<T> responsibilities)
    {
        Dense.Fill(Counts, T.Zero);
        Kernels.Accumulate(_documents!, Counts, responsibilities, Counts);
    }

    public override void Run(DeviceMatrix<T> parameters, DeviceMatrix<T> sums)
    {
        for (var k = 0; k < Components; k++)
        {
            Dense.Copy(PlateMemory.TransposedRow(parameters, k), PlateMemory.Column(_logOutcomes, k));
        }

        Kernels.TokenResponsibilities(_documents!, outcomes(), Generator.Weights.Moments, _logOutcomes, default, Counts, _outcomeCounts, LogEvidence);
        for (var k = 0; k < Components; k++)
        {
            Dense.Copy(PlateMemory.Column(_outcomeCounts, k), PlateMemory.TransposedRow(sums, k));
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _documents?.Dispose();
        foreach (var matrix in (ReadOnlySpan<DeviceMatrix<T>>)[_logOutcomes, _outcomeCounts])
        {
            if (!matrix.IsAbsent)
            {
                matrix.Tensor.Dispose();
            }
        }
    }
}
