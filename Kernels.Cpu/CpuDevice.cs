using System.Numerics;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>
/// SIMD, multithreaded kernels in the memory of the process. Results are bitwise equal for any number of threads, and no kernel allocates after its first calls.
/// </summary>
public sealed class CpuDevice : Device
{
    private readonly CpuMessageKernels<float> _floatMessages;
    private readonly CpuMessageKernels<double> _doubleMessages;
    private readonly CpuDenseKernels<float> _floatDense;
    private readonly CpuDenseKernels<double> _doubleDense;
    private readonly CpuAttentionKernels<float> _floatAttention;
    private readonly CpuAttentionKernels<double> _doubleAttention;
    private readonly CpuNaturalParameterKernels<float> _floatNaturalParameters;
    private readonly CpuNaturalParameterKernels<double> _doubleNaturalParameters;
    private readonly CpuUpdateKernels<float> _floatUpdates;
    private readonly CpuUpdateKernels<double> _doubleUpdates;
    private readonly CpuSamplingKernels<float> _floatSampling;
    private readonly CpuSamplingKernels<double> _doubleSampling;

    /// <summary>Creates a device.</summary>
    /// <param name="threads">Threads that a kernel may use, the caller included; 0 for one per processor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is negative.</exception>
    public CpuDevice(int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
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

    /// <summary>Threads that a kernel may use, the caller included.</summary>
    public int Threads { get; }

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override string Description => $"{InstructionSet}, {Threads} {(Threads == 1 ? "thread" : "threads")}";

    /// <summary>Widest vectors that are accelerated here.</summary>
    private static string InstructionSet =>
        Vector512.IsHardwareAccelerated ? "512-bit SIMD"
        : Vector256.IsHardwareAccelerated ? "256-bit SIMD"
        : Vector128.IsHardwareAccelerated ? "128-bit SIMD" : "no SIMD";

    /// <summary>Lets <see cref="Device.Default"/> and <see cref="DeviceRegistry.Create"/> find this device. Call once at start-up.</summary>
    /// <param name="threads">Threads that a kernel may use, the caller included; 0 for one per processor.</param>
    public static void Register(int threads = 0) => DeviceRegistry.Register(new DeviceRegistration("cpu", 10, () => new CpuDevice(threads)));

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

    /// <summary>For kernels: sets the status word to the smallest of itself and an offending index.</summary>
    internal unsafe void ReportFault(long index)
    {
        var status = Status.Pointer;
        *status = Math.Min(*status, index);
    }

    /// <inheritdoc/>
    protected override DeviceMemory AllocateMemory(long bytes) => AllocateHostMemory(bytes);
}
