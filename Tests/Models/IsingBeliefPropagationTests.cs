using Native.Bench;
using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Models;

namespace Native.Tests;

/// <summary>The grid of spins against the general factor graph and against the transfer matrix.</summary>
public class IsingBeliefPropagationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(1, 9, 0)]
    [InlineData(7, 1, 0.5)]
    [InlineData(6, 11, 0)]
    [InlineData(5, 4, 0.5)]
    public void EveryIterationIsThatOfTheFactorGraph(int rows, int columns, double damping)
    {
        var model = Random(rows, columns, 1);
        using var device = new CpuDevice(2);

        // There, a field is a factor, whose message is heard one iteration late, and damped: then only the fixed points are the same.
        foreach (var iterations in damping == 0 ? (int[])[0, 1, 2, 5, 50] : [500])
        {
            var options = new BeliefPropagationOptions { MaximumIterations = iterations, Tolerance = 0, Damping = damping, Schedule = MessageSchedule.Flooding };
            using var grid = new IsingBeliefPropagation<double>(device, model, options);
            using var general = new BeliefPropagation<double>(device, model.ToFactorGraph(), options with { MaximumIterations = iterations + 1 });
            grid.Run(cancellation: Stop);
            general.Run(cancellation: Stop);
            double[] expected = general.VariableMarginals(), found = grid.Marginals();
            for (var spin = 0; spin < found.Length; spin++)
            {
                Assert.Equal(expected[2 * spin + 1], found[spin], 1e-12);
            }

            Assert.Equal(general.LogPartition(), grid.LogPartition(), 1e-10);
        }
    }

    [Fact]
    public void MaxProductFindsTheSignsOfTheFactorGraph()
    {
        var model = Random(1, 12, 2);
        using var device = new CpuDevice(1);
        using var grid = new IsingBeliefPropagation<double>(device, model, new BeliefPropagationOptions { Semiring = Semiring.MaxProduct });
        using var general = new BeliefPropagation<double>(device, model.ToFactorGraph(), new BeliefPropagationOptions { Semiring = Semiring.MaxProduct });
        Assert.True(grid.Run(cancellation: Stop).Converged);
        general.Run(cancellation: Stop);
        Assert.Equal(general.MostProbableStates(), grid.LogOdds().Select(odds => odds > 0 ? 1 : 0));
        Assert.Throws<InvalidOperationException>(grid.Marginals);
    }

    [Fact]
    public void TheTransferMatrixIsExact()
    {
        // A chain is a tree; a grid of 3 x 4 spins can be gone through.
        using var device = new CpuDevice(1);
        foreach (var (rows, columns) in ((int, int)[])[(1, 8), (8, 1)])
        {
            var chain = Random(rows, columns, 3);
            using var inference = new BeliefPropagation<double>(device, chain.ToFactorGraph());
            inference.Run(cancellation: Stop);
            Assert.Equal(inference.LogPartition(), chain.ExactLogPartition(), 1e-11);
        }

        var grid = Random(3, 4, 4);
        var graph = grid.ToFactorGraph();
        var total = 0.0;
        for (var word = 0; word < 1 << 12; word++)
        {
            total += Math.Exp(graph.LogScore([.. Enumerable.Range(0, 12).Select(spin => word >> spin & 1)]));
        }

        Assert.Equal(Math.Log(total), grid.ExactLogPartition(), 1e-11);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void ThePlainLoopSendsTheSameMessages(double damping)
    {
        var model = Random(6, 9, 5);
        using var device = new CpuDevice(1);
        using var grid = new IsingBeliefPropagation<double>(device, model, new BeliefPropagationOptions { MaximumIterations = 7, Tolerance = 0, Damping = damping });
        using var loop = new IsingBeliefPropagation<double>(device, model, new BeliefPropagationOptions { MaximumIterations = 0 });
        double[] incoming = new double[4 * 54], outgoing = new double[4 * 54];
        for (var iteration = 0; iteration < 7; iteration++)
        {
            PlainBeliefPropagation.Grid(model, incoming, outgoing, damping);
            (incoming, outgoing) = (outgoing, incoming);
        }

        grid.Run(cancellation: Stop);
        loop.Start(incoming);
        Assert.All(grid.LogOdds().Zip(loop.LogOdds()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.Equal(grid.LogPartition(), loop.LogPartition(), 1e-11);
    }

    [Fact]
    public void MessagesInTurnRestWhereTheKernelRests()
    {
        var model = Random(6, 9, 6);
        var messages = new double[4 * 54];
        while (PlainBeliefPropagation.Grid(model, messages, messages, 0.5) > 1e-14)
        {
            Stop.ThrowIfCancellationRequested();
        }

        using var device = new CpuDevice(1);
        using var grid = new IsingBeliefPropagation<double>(device, model, new BeliefPropagationOptions { MaximumIterations = 1 });
        grid.Start(messages);
        Assert.True(grid.Run(cancellation: Stop).Change < 1e-12);
    }

    [Fact]
    public void MessagesToStartFromAreChecked()
    {
        using var device = new CpuDevice(1);
        using var grid = new IsingBeliefPropagation<float>(device, Random(2, 2, 1));
        Assert.Contains("16", Assert.Throws<ArgumentException>(() => grid.Start(new float[15])).Message, StringComparison.Ordinal);
        Assert.Contains("messages[1]", Assert.Throws<ArgumentException>(() => grid.Start([0, float.NaN, .. new float[14]])).Message, StringComparison.Ordinal);
        Assert.Contains("border", Assert.Throws<ArgumentException>(() => grid.Start([1, .. new float[15]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BadModelsAndOptionsAreNamed()
    {
        Assert.Equal("right", Assert.Throws<ArgumentException>(() => new IsingModel(2, 2, new double[4], new double[3], new double[4])).ParamName);
        Assert.Contains("field[1]", Assert.Throws<ArgumentException>(() => new IsingModel(1, 2, [0, double.NaN], new double[2], new double[2])).Message, StringComparison.Ordinal);
        Assert.Equal("rows", Assert.Throws<ArgumentOutOfRangeException>(() => new IsingModel(0, 2, [], [], [])).ParamName);
        Assert.Throws<NotSupportedException>(() => Random(1, 21, 1).ExactLogPartition());
        using var device = new CpuDevice(1);
        Assert.Contains("Residual", Assert.Throws<ArgumentException>(() => new IsingBeliefPropagation<float>(device, Random(2, 2, 1), new BeliefPropagationOptions { Schedule = MessageSchedule.Residual })).Message, StringComparison.Ordinal);
    }

    private static IsingModel Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return new IsingModel(rows, columns, Draw(), Draw(), Draw());

        double[] Draw() => [.. Enumerable.Range(0, rows * columns).Select(_ => 1.2 * random.NextDouble() - 0.6)];
    }
}
