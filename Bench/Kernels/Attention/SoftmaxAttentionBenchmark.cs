using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>SoftmaxAttention</c>: forward, causal and backward, and one query on many keys.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class SoftmaxAttentionBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Heads = 8;
    private const int Rows = 1024;
    private const int Width = 64;

    private DeviceTensor<T> _q = null!;
    private DeviceTensor<T> _k = null!;
    private DeviceTensor<T> _v = null!;
    private DeviceTensor<T> _output = null!;
    private DeviceTensor<T> _lse = null!;
    private DeviceTensor<T> _dOutput = null!;
    private DeviceTensor<T> _dQ = null!;
    private DeviceTensor<T> _dK = null!;
    private DeviceTensor<T> _dV = null!;
    private DeviceTensor<T> _query = null!;
    private DeviceTensor<T> _answer = null!;
    private DeviceTensor<T> _queryLse = null!;

    private AttentionKernels<T> Attention => Device.Attention<T>();

    [Benchmark]
    public void SoftmaxAttention()
    {
        Attention.SoftmaxAttention(_q, _k, _v, null, default, _output, _lse, default);
        Device.Synchronize();
    }

    [Benchmark]
    public void SoftmaxAttentionCausal()
    {
        Attention.SoftmaxAttention(_q, _k, _v, null, default, _output, _lse, new AttentionOptions(Causal: true));
        Device.Synchronize();
    }

    [Benchmark]
    public void SoftmaxAttentionBackward()
    {
        Attention.SoftmaxAttentionBackward(_q, _k, _v, null, default, _output, _lse, _dOutput, _dQ, _dK, _dV, default, default);
        Device.Synchronize();
    }

    [Benchmark]
    public void Decode()
    {
        Attention.SoftmaxAttention(_query, _k, _v, null, default, _answer, _queryLse, default);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _q = Random(1, Heads, Rows, Width);
        _k = Random(1, Heads, Rows, Width);
        _v = Random(1, Heads, Rows, Width);
        _output = Allocate(1, Heads, Rows, Width);
        _lse = Allocate(1, Heads, Rows);
        _dOutput = Random(1, Heads, Rows, Width);
        _dQ = Allocate(1, Heads, Rows, Width);
        _dK = Allocate(1, Heads, Rows, Width);
        _dV = Allocate(1, Heads, Rows, Width);
        _query = Random(1, Heads, 1, Width);
        _answer = Allocate(1, Heads, 1, Width);
        _queryLse = Allocate(1, Heads, 1);
    }
}
