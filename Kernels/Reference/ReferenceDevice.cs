using System.Numerics;

namespace Native.Kernels.Reference;

/// <summary>
/// The oracle: one scalar loop per kernel, accumulation in double whatever the element type, in the plainest form that shows it is right.
/// Slow, single-threaded, always there.
/// </summary>
public sealed class ReferenceDevice : Device
{
    private readonly ReferenceMessageKernels<float> _floatMessages;
    private readonly ReferenceMessageKernels<double> _doubleMessages;
    private readonly ReferenceDenseKernels<float> _floatDense;
    private readonly ReferenceDenseKernels<double> _doubleDense;
    private readonly ReferenceAttentionKernels<float> _floatAttention;
    private readonly ReferenceAttentionKernels<double> _doubleAttention;
    private readonly ReferenceNaturalParameterKernels<float> _floatNaturalParameters;
    private readonly ReferenceNaturalParameterKernels<double> _doubleNaturalParameters;
    private readonly ReferenceUpdateKernels<float> _floatUpdates;
    private readonly ReferenceUpdateKernels<double> _doubleUpdates;
    private readonly ReferenceSamplingKernels<float> _floatSampling;
    private readonly ReferenceSamplingKernels<double> _doubleSampling;

    /// <summary>Creates the device.</summary>
    public ReferenceDevice()
    {
        _floatMessages = new(this);
        _doubleMessages = new(this);
        _floatDense = new(this);
        _doubleDense = new(this);
        _floatAttention = new(this);
        _doubleAttention = new(this);
        _floatNaturalParameters = new(this);
        _doubleNaturalParameters = new(this);
        _floatUpdates = new(this);
        _doubleUpdates = new(this);
        _floatSampling = new(this);
        _doubleSampling = new(this);
    }

    /// <inheritdoc/>
    public override string Name => "reference";

    /// <inheritdoc/>
    public override string Description => "scalar loops, double accumulation, 1 thread";

    /// <inheritdoc/>
    public override MessageKernels<T> Messages<T>() => Select<T, MessageKernels<T>>(_floatMessages, _doubleMessages);

    /// <inheritdoc/>
    public override DenseKernels<T> Dense<T>() => Select<T, DenseKernels<T>>(_floatDense, _doubleDense);

    /// <inheritdoc/>
    public override AttentionKernels<T> Attention<T>() => Select<T, AttentionKernels<T>>(_floatAttention, _doubleAttention);

    /// <inheritdoc/>
    public override NaturalParameterKernels<T> NaturalParameters<T>() => Select<T, NaturalParameterKernels<T>>(_floatNaturalParameters, _doubleNaturalParameters);

    /// <inheritdoc/>
    public override UpdateKernels<T> Updates<T>() => Select<T, UpdateKernels<T>>(_floatUpdates, _doubleUpdates);

    /// <inheritdoc/>
    public override SamplingKernels<T> Sampling<T>() => Select<T, SamplingKernels<T>>(_floatSampling, _doubleSampling);

    /// <inheritdoc/>
    protected override DeviceMemory AllocateMemory(long bytes) => AllocateHostMemory(bytes);
}
