using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>How the self-check calls each kernel. A new kernel is one entry here.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class SelfCheckKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int N = SelfCheckData<T>.Nodes;
    private const int E = SelfCheckData<T>.Edges;
    private const int F = SelfCheckData<T>.Features;
    private const int A = SelfCheckData<T>.EdgeFeatures;
    private const int Classes = 10;
    private const int Heads = 2;
    private const int Groups = 4;
    private const int Neighbours = 10;

    /// <summary>All kernels; names that end in <c>backward</c> are gradients.</summary>
    public static IReadOnlyList<(string Name, Action<SelfCheckData<T>> Run)> All { get; } =
    [
        ("gather", d => d.Messages.Gather(d.Index(), d.Random(N, F), d.Output(E, F))),
        ("scatter-add", d => d.Messages.ScatterAdd(d.Index(), d.Random(E, F), d.Output(N, F))),
        ("segment-sum", d => d.Messages.SegmentReduce<Sum>(d.Index(), d.Random(E, F), d.Output(N, F))),
        ("segment-mean", d => d.Messages.SegmentReduce<Mean>(d.Index(), d.Random(E, F), d.Output(N, F))),
        ("segment-max", d => d.Messages.SegmentReduce<Max>(d.Index(), d.Random(E, F), d.Output(N, F), d.IndexOutput(N, F))),
        ("segment-min", d => d.Messages.SegmentReduce<Min>(d.Index(), d.Random(E, F), d.Output(N, F), d.IndexOutput(N, F))),
        ("segment-logsumexp", SegmentLogSumExp),
        ("segment-softmax", d => d.Messages.SegmentSoftmax(d.Index(), d.Random(E, F), d.Output(E, F))),
        ("segment-softmax backward", d => d.Messages.SegmentSoftmaxBackward(d.Index(), d.Random(E, F), d.Random(E, F), d.Output(E, F))),
        ("aggregate-sum", d => d.Messages.Aggregate<Sum>(d.Graph(), d.Random(N, F), d.Random(E), d.Output(N, F))),
        ("aggregate-sum backward", d => AggregateBackward<Sum>(d)),
        ("aggregate-mean", d => d.Messages.Aggregate<Mean>(d.Graph(), d.Random(N, F), null, d.Output(N, F))),
        ("aggregate-mean backward", d => AggregateBackward<Mean>(d)),
        ("aggregate-max", d => d.Messages.Aggregate<Max>(d.Graph(), d.Random(N, F), d.Random(E), d.Output(N, F), d.IndexOutput(N, F))),
        ("aggregate-max backward", AggregateMaxBackward),
        ("aggregate-combined", d => d.Messages.AggregateCombined<Relu, Sum>(d.Graph(), Message(d), null, d.Output(N, F))),
        ("aggregate-combined backward", AggregateCombinedBackward),
        ("edge-dot", d => d.Messages.EdgeDot(d.Graph(), d.Random(N, F), d.Random(N, F), d.Output(E, 1))),
        ("nearest-neighbours", d => d.Messages.NearestNeighbours(d.Random(N, F), d.IndexOutput(N, Neighbours))),
        ("gemm", d => d.Dense.MatrixProduct(d.Random(N, F), Transpose.No, d.Random(F, Classes), Transpose.No, d.Output(N, Classes))),
        ("gemm-batched", d => d.Dense.BatchedMatrixProduct(
            DeviceMatrixBatch<T>.OfRows(d.Random(Heads * N, F), Heads),
            Transpose.No,
            DeviceMatrixBatch<T>.OfRows(d.Random(Heads * Classes, F), Heads),
            Transpose.Yes,
            DeviceMatrixBatch<T>.OfRows(d.Output(Heads * N, Classes), Heads))),
        ("gemm-grouped", d => d.Dense.GroupedMatrixProduct(
            d.Groups(Groups), d.Random(N, F), DeviceMatrixBatch<T>.OfRows(d.Random(Groups * Classes, F), Groups), Transpose.Yes, d.Output(N, Classes))),
        ("gemm-grouped backward", d => d.Dense.GroupedMatrixProductBackward(
            d.Groups(Groups),
            d.Random(N, F),
            DeviceMatrixBatch<T>.OfRows(d.Random(Groups * Classes, F), Groups),
            Transpose.Yes,
            d.Random(N, Classes),
            d.Output(N, F),
            DeviceMatrixBatch<T>.OfRows(d.Output(Groups * Classes, F), Groups))),
        ("linear", d => d.Dense.Linear<Relu>(d.Random(N, F), d.Random(Classes, F), d.Random(Classes), d.Output(N, Classes), d.Output(N, Classes))),
        ("linear backward", LinearBackward),
        ("gelu", d => d.Dense.Activate<Gelu>(d.Random(N, F), d.Output(N, F))),
        ("gelu backward", d => d.Dense.ActivateBackward<Gelu>(d.Random(N, F), d.Random(N, F), d.Output(N, F), d.Output(F))),
        ("softmax", d => d.Dense.Softmax(d.Random(N, F), d.Output(N, F))),
        ("log-softmax", d => d.Dense.LogSoftmax(d.Random(N, F), d.Output(N, F))),
        ("layer-norm", d => d.Dense.LayerNorm(d.Random(N, F), d.Random(F), d.Random(F), d.Output(N, F), d.Output(N), d.Output(N))),
        ("layer-norm backward", LayerNormBackward),
        ("batch-norm", BatchNorm),
        ("squared-error", d => d.Dense.SquaredError(d.Random(N, F), d.Random(N, F), d.Output(1))),
        ("cross-entropy", d => d.Dense.CrossEntropy(d.Random(N, Classes), d.Labels(Classes), null, d.Output(1))),
        ("cross-entropy backward", d => d.Dense.CrossEntropyBackward(d.Random(N, Classes), d.Labels(Classes), null, T.One, d.Output(N, Classes))),
        ("sgd", Sgd),
        ("adam", Adam),
        ("uniform", d => d.Sampling.Uniform(Position, d.Output(N, F))),
        ("normal", d => d.Sampling.Normal(Position, d.Output(N, F))),
        ("reparameterise", d => d.Sampling.GaussianReparameterise(d.Random(N, F), d.Random(N, F), Position, d.Output(N, F))),
        ("reparameterise backward", d => d.Sampling.GaussianReparameteriseBackward(d.Random(N, F), Position, d.Random(N, F), d.Output(N, F), d.Output(N, F))),
        ("gaussian-kl", d => d.Sampling.GaussianKl(d.Random(N, F), d.Random(N, F), d.Random(N, F), d.Random(N, F), d.Output(N))),
        ("gumbel", d => d.Sampling.Gumbel(d.Random(N, F), Position, d.Output(N, F))),
        ("gumbel-softmax", d => d.Sampling.GumbelSoftmax(d.Random(N, Classes), Position, T.One, d.Output(N, Classes))),
        ("bernoulli", d => d.Sampling.Bernoulli(d.Random(N, F), Position, d.Output(N, F))),
    ];

    private static PhiloxPosition Position => new(seed: 5, stream: 1, first: 3);

    private static CombinedMessage<T> Message(SelfCheckData<T> d) => new(d.Random(N, F), d.Random(N, F), d.Random(E, A), d.Random(F, A));

    private static void SegmentLogSumExp(SelfCheckData<T> d)
    {
        // A node without edges has -∞, which no difference can compare: only nodes with edges here.
        var index = d.Index();
        var output = d.Random(N, F);
        d.Messages.SegmentLogSumExp(index, d.Random(E, F), output);
        d.Messages.Gather(index, output, d.Output(E, F));
    }

    private static void AggregateBackward<TReduction>(SelfCheckData<T> d)
        where TReduction : struct, IReduction =>
        d.Messages.AggregateBackward<TReduction>(d.Graph(), d.Random(N, F), d.Random(E), null, d.Random(N, F), d.Output(N, F), d.Output(E));

    private static void AggregateMaxBackward(SelfCheckData<T> d)
    {
        var graph = d.Graph();
        var x = d.Random(N, F);
        var weights = d.Random(E);
        var arg = d.IndexOutput(N, F);
        d.Messages.Aggregate<Max>(graph, x, weights, d.Output(N, F), arg);
        d.Messages.AggregateBackward<Max>(graph, x, weights, arg, d.Random(N, F), d.Output(N, F), d.Output(E));
    }

    private static void AggregateCombinedBackward(SelfCheckData<T> d) =>
        d.Messages.AggregateCombinedBackward<Relu, Sum>(
            d.Graph(), Message(d), null, null, d.Random(N, F), new CombinedMessage<T>(d.Output(N, F), d.Output(N, F), d.Output(E, A), d.Output(F, A)));

    private static void LinearBackward(SelfCheckData<T> d) =>
        d.Dense.LinearBackward<Relu>(
            d.Random(N, F), d.Random(Classes, F), d.Random(N, Classes), d.Random(N, Classes), d.Output(N, Classes), d.Output(N, F), d.Output(Classes, F), d.Output(Classes));

    private static void LayerNormBackward(SelfCheckData<T> d)
    {
        var x = d.Random(N, F);
        var weight = d.Random(F);
        var mean = d.Output(N);
        var inverseDeviation = d.Output(N);
        d.Dense.LayerNorm(x, weight, d.Random(F), d.Output(N, F), mean, inverseDeviation);
        d.Dense.LayerNormBackward(x, weight, mean, inverseDeviation, d.Random(N, F), d.Output(N, F), d.Output(F), d.Output(F));
    }

    private static void BatchNorm(SelfCheckData<T> d) =>
        d.Dense.BatchNorm(BatchNormMode.Train, d.Random(N, F), d.Random(F), d.Random(F), d.Output(F), d.Output(F), d.Output(N, F), d.Output(F), d.Output(F));

    private static void Sgd(SelfCheckData<T> d)
    {
        var parameter = d.Output(N, F);
        d.Dense.Copy(d.Random(N, F), parameter);
        d.Updates.Sgd(parameter, d.Random(N, F), null, 1, new SgdOptions(0.1));
    }

    private static void Adam(SelfCheckData<T> d)
    {
        var parameter = d.Output(N, F);
        d.Dense.Copy(d.Random(N, F), parameter);
        d.Updates.Adam(parameter, d.Random(N, F), d.Output(N, F), d.Output(N, F), 1, new AdamOptions(0.1, WeightDecay: 0.01));
    }
}
