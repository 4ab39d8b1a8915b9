using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>BatchedMatrixProduct</c>: the scores of 64 attention heads, 128 queries and keys of 64 features each.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class BatchedMatrixProductBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Heads = 64;
    private const int Length = 128;

    private DeviceMatrixBatch<T> _queries;
    private DeviceMatrixBatch<T> _keys;
    private DeviceMatrixBatch<T> _scores;

    [Benchmark]
    public void Scores()
    {
        Dense.BatchedMatrixProduct(_queries, Transpose.No, _keys, Transpose.Yes, _scores);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _queries = DeviceMatrixBatch<T>.OfRows(Random(Heads * Length, Features), Heads);
        _keys = DeviceMatrixBatch<T>.OfRows(Random(Heads * Length, Features), Heads);
        _scores = DeviceMatrixBatch<T>.OfRows(Allocate(Heads * Length, Length), Heads);
    }
}
