using Native.Kernels;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

public class TrainerTests
{
    [Fact]
    public void TrainingLowersTheLossAndFindsTwoCommunities()
    {
        using var device = new ReferenceDevice();
        var (graph, labels) = TwoCommunities();
        using var uploaded = device.Upload(graph);
        using var x = device.Upload(ModelGradients.Values(labels.Length * 4, 2), labels.Length, 4);
        using var model = new GraphClassifier<double>(device, [4, 8, 2], seed: 3);
        using var optimizer = new Adam<double>(model.Parameters, new AdamOptions(0.05));
        var training = Mask(labels.Length, 0, 1, 12, 13);
        var validation = Mask(labels.Length, 5, 17);
        using var trainer = new Trainer<double>(model, optimizer, new NodeInputs<double>(x, uploaded), labels, training, validation, new TrainerOptions(60, Patience: 0));
        var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(TrainingEnd.MaximumEpochs, result.End);
        Assert.Equal(61, result.History.Count);
        Assert.True(result.History[^1].TrainingLoss < 0.5 * result.History[0].TrainingLoss, $"{result.History[0]} {result.History[^1]}");
        Assert.Equal(1, result.Best.ValidationAccuracy);

        // The other nodes were told apart without a label of their own.
        var right = trainer.Predict().Where((predicted, node) => predicted == labels[node]).Count();
        Assert.True(right >= 0.9 * labels.Length, $"{right} of {labels.Length}");
    }

    [Fact]
    public void EveryModelLearnsByEveryOptimiser()
    {
        using var device = new ReferenceDevice();
        var (graph, labels) = TwoCommunities();
        using var uploaded = device.Upload(graph);
        using var x = device.Upload(ModelGradients.Values(labels.Length * 4, 2), labels.Length, 4);
        using var mlp = new Mlp<double>(device, [4, 8, 2], seed: 1);
        using var layer = new MessagePassingLayer<double>(device, 4, 6, 2, seed: 1);
        using var stack = new UnifiedMessagePassing<double>(device, [4, 5, 2], 6, aggregation: Aggregation.Mean, seed: 1);
        using var mean = new NormalisedAggregation<double>(device, 4, 2, seed: 1);
        foreach (var model in new INodeModel<double>[] { mlp, layer, stack, mean })
        {
            using var start = new ParameterSnapshot<double>(model.Parameters);
            foreach (var create in new Func<Optimizer<double>>[]
            {
                () => new Sgd<double>(model.Parameters, new SgdOptions(0.02)),
                () => new Sgd<double>(model.Parameters, new SgdOptions(0.01, 0.9)),
                () => new Adam<double>(model.Parameters, new AdamOptions()),
                () => new Adam<double>(model.Parameters, new AdamOptions(0.01, WeightDecay: 0.01, Decoupled: true)),
            })
            {
                start.Restore();
                using var optimizer = create();
                using var trainer = new Trainer<double>(model, optimizer, new NodeInputs<double>(x, uploaded), labels, Mask(labels.Length, 0, 1, 12, 13), options: new TrainerOptions(20));
                var history = trainer.Run(cancellation: TestContext.Current.CancellationToken).History;
                Assert.True(history[^1].TrainingLoss < history[0].TrainingLoss, $"{model.GetType().Name}, {optimizer.GetType().Name}: {history[0].TrainingLoss} to {history[^1].TrainingLoss}");
                Assert.Equal(20, optimizer.Steps);
            }
        }
    }

    [Fact]
    public void NoImprovementStopsTrainingAndTheBestStateIsRestored()
    {
        using var device = new ReferenceDevice();
        using var model = new Parabola(device, 3);
        using var trainer = model.Trainer(new TrainerOptions(50, Patience: 4));
        var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(TrainingEnd.NoImprovement, result.End);
        Assert.Equal(3, result.Best.Epoch);
        Assert.Equal(7, result.History[^1].Epoch);
        Assert.Equal(-3, model.P);
    }

    [Fact]
    public void ChecksKeepTheirCadenceAndTheLastStateIsChecked()
    {
        using var device = new ReferenceDevice();
        using var model = new Parabola(device, 100);
        using var trainer = model.Trainer(new TrainerOptions(10, Patience: 0, CheckEvery: 4));
        var checks = new List<int>();
        var result = trainer.Run(check => checks.Add(check.Epoch), TestContext.Current.CancellationToken);
        Assert.Equal([0, 4, 8, 10], checks);
        Assert.Equal(checks, result.History.Select(check => check.Epoch));
        Assert.Equal(-10, model.P);
    }

    [Fact]
    public void CancellationLeavesTheBestState()
    {
        using var device = new ReferenceDevice();
        using var model = new Parabola(device, 3);
        using var trainer = model.Trainer(new TrainerOptions(50, Patience: 0));
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => trainer.Run(check =>
        {
            if (check.Epoch == 6)
            {
                cancellation.Cancel();
            }
        }, cancellation.Token));
        Assert.Equal(7, trainer.History.Count);
        Assert.Equal(-3, model.P);
    }

    [Fact]
    public void ANanFeatureIsNamed()
    {
        using var device = new ReferenceDevice();
        var values = ModelGradients.Values(6 * 4, 2);
        values[3 * 4 + 1] = double.NaN;
        using var x = device.Upload(values, 6, 4);
        using var model = new Mlp<double>(device, [4, 2], seed: 1);
        var before = model.Parameters["layers.0.weight"].Value.ToArray();
        using var optimizer = new Adam<double>(model.Parameters, new AdamOptions());
        using var trainer = new Trainer<double>(model, optimizer, new NodeInputs<double>(x), [0, 1, 0, 1, 0, 1], Mask(6, 0, 3));
        var exception = Assert.Throws<TrainingDivergedException>(() => trainer.Run(cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(0, exception.Epoch);
        Assert.Null(exception.LastGoodEpoch);
        Assert.Contains("Epoch 0: the training loss is NaN. The features of node 3 hold NaN.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, model.Parameters["layers.0.weight"].Value.ToArray());
    }

    [Fact]
    public void ARunawayStepIsNamedAndTheLastGoodStateIsKept()
    {
        using var device = new ReferenceDevice();
        using var x = device.Upload(ModelGradients.Values(6 * 4, 2), 6, 4);
        using var model = new Mlp<double>(device, [4, 5, 2], seed: 1);
        using var optimizer = new Sgd<double>(model.Parameters, new SgdOptions(double.MaxValue));
        using var trainer = new Trainer<double>(model, optimizer, new NodeInputs<double>(x), [0, 1, 0, 1, 0, 1], Mask(6, 0, 3, 4));
        var states = new List<double[]>();
        var exception = Assert.Throws<TrainingDivergedException>(() => trainer.Run(_ => states.Add(model.Parameters["layers.0.weight"].Value.ToArray()), TestContext.Current.CancellationToken));
        Assert.InRange(exception.Epoch, 1, 5);
        Assert.Equal(exception.Epoch - 1, exception.LastGoodEpoch);
        Assert.Contains($"Epoch {exception.Epoch}: the training loss is ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(states[^1], model.Parameters["layers.0.weight"].Value.ToArray());
        Assert.All(model.Parameters, parameter => Assert.All(parameter.Value.ToArray(), value => Assert.True(double.IsFinite(value))));
    }

    [Fact]
    public void LabelsOutsideTheMasksAreNotRead()
    {
        using var device = new ReferenceDevice();
        using var x = device.Upload(ModelGradients.Values(4 * 4, 2), 4, 4);
        using var model = new Mlp<double>(device, [4, 2], seed: 1);
        using var optimizer = new Adam<double>(model.Parameters, new AdamOptions());
        using var trainer = new Trainer<double>(model, optimizer, new NodeInputs<double>(x), [0, 1, -1, 99], Mask(4, 0, 1), options: new TrainerOptions(3));
        Assert.True(double.IsNaN(trainer.Run(cancellation: TestContext.Current.CancellationToken).Best.ValidationAccuracy));
        Assert.Equal(3, trainer.History[^1].Epoch);
    }

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        using var device = new ReferenceDevice();
        using var x = device.Allocate<double>(4, 4);
        using var model = new Mlp<double>(device, [4, 2], seed: 1);
        using var other = new Mlp<double>(device, [4, 2], seed: 1);
        using var optimizer = new Adam<double>(model.Parameters, new AdamOptions());
        using var foreign = new Adam<double>(other.Parameters, new AdamOptions());
        var inputs = new NodeInputs<double>(x);
        Throws("optimizer: expected one for the parameters of the model", () => new Trainer<double>(model, foreign, inputs, [0, 1, 0, 1], Mask(4, 0)));
        Throws("labels: expected 4 entries, one for each node, but got 3", () => new Trainer<double>(model, optimizer, inputs, [0, 1, 0], Mask(4, 0)));
        Throws("training: expected at least one node", () => new Trainer<double>(model, optimizer, inputs, [0, 1, 0, 1], Mask(4)));
        Throws("validation[2]: expected no training node", () => new Trainer<double>(model, optimizer, inputs, [0, 1, 0, 1], Mask(4, 0, 2), Mask(4, 2)));
        Throws("labels[1]: expected a class of at least 0, but got -1", () => new Trainer<double>(model, optimizer, inputs, [0, -1, 0, 1], Mask(4, 1)));
        using var trainer = new Trainer<double>(model, optimizer, inputs, [0, 2, 0, 1], Mask(4, 1));
        Throws("labels[1]: expected a class below the 2 outputs of the model, but got 2", () => trainer.Run(cancellation: TestContext.Current.CancellationToken));
        Throws("LearningRate: expected a finite number of at least 0, but got -1", () => new Adam<double>(model.Parameters, new AdamOptions(-1)));
        Throws("Beta1: expected a number in [0, 1), but got 1", () => new Adam<double>(model.Parameters, new AdamOptions(Beta1: 1)));
        Throws("Epsilon: expected a finite number above 0, but got 0", () => new Adam<double>(model.Parameters, default));
        Throws("Momentum: expected a finite number of at least 0, but got NaN", () => new Sgd<double>(model.Parameters, new SgdOptions(0.1, double.NaN)));

        static void Throws(string message, Action action) => Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    private static bool[] Mask(int nodes, params int[] set)
    {
        var mask = new bool[nodes];
        foreach (var node in set)
        {
            mask[node] = true;
        }

        return mask;
    }

    // Two rings of twelve nodes, every node joined to the two on either side, and one bridge.
    private static (Graph Graph, int[] Labels) TwoCommunities()
    {
        const int Size = 12;
        var edges = new List<(int Source, int Destination)>();
        for (var node = 0; node < 2 * Size; node++)
        {
            foreach (var step in new[] { 1, 2, Size - 1, Size - 2 })
            {
                edges.Add((node / Size * Size + (node + step) % Size, node));
            }
        }

        edges.Add((0, Size));
        var graph = new Graph(2 * Size, edges.Select(edge => edge.Source).ToArray(), edges.Select(edge => edge.Destination).ToArray());
        return (graph, Enumerable.Range(0, 2 * Size).Select(node => node / Size).ToArray());
    }

    // One parameter p that falls by 1 in every step; the validation loss is least where p = -best.
    private sealed class Parabola : INodeModel<double>, IDisposable
    {
        private readonly double _best;
        private readonly DeviceTensor<double> _logits;
        private readonly DeviceTensor<double> _x;
        private readonly Sgd<double> _optimizer;

        public Parabola(Device device, double best)
        {
            _best = best;
            Parameters = new ParameterSet<double>(device);
            Parameters.Add("p", 1);
            _logits = device.Allocate<double>(2, 2);
            _x = device.Allocate<double>(2, 1);
            _optimizer = new Sgd<double>(Parameters, new SgdOptions(1));
        }

        public ParameterSet<double> Parameters { get; }

        public double P => Parameters["p"].Value.ToArray()[0];

        public Trainer<double> Trainer(TrainerOptions options) =>
            new(this, _optimizer, new NodeInputs<double>(_x), [0, 0], [true, false], [false, true], options);

        public DeviceMatrix<double> Forward(in NodeInputs<double> inputs)
        {
            var distance = P + _best;
            _logits.Upload([0, 0, -distance * distance, 0]);
            return _logits;
        }

        public void Backward(DeviceMatrix<double> dOutput, DeviceMatrix<double> dFeatures = default) => Parameters["p"].Gradient!.Upload([1.0]);

        public void Dispose()
        {
            _optimizer.Dispose();
            _logits.Dispose();
            _x.Dispose();
            Parameters.Dispose();
        }
    }
}
