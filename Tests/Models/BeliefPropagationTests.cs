using CsCheck;
using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

/// <summary>Belief propagation against enumeration on trees, and what schedules and damping must not change.</summary>
public class BeliefPropagationTests
{
    private const double Never = double.NegativeInfinity;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Random forests: cardinalities 1 to 4, factors over 1 to 3 variables, some entries 0; tables of eighths, so that ties come up, or of any numbers.</summary>
    private static readonly Gen<DiscreteFactorGraph> GenForest =
        from seed in Gen.Int[0, int.MaxValue]
        from variables in Gen.Int[1, 7]
        from coarse in Gen.Bool
        select Forest(new Random(seed), variables, coarse);

    [Fact]
    public void OnForestsMarginalsAndTheLogPartitionAreExact() => GenForest.Sample(
        graph =>
        {
            using var device = new CpuDevice(1);
            var (marginals, factorMarginals, logPartition, _) = Enumerate(graph);
            foreach (var schedule in (MessageSchedule[])[MessageSchedule.Tree, MessageSchedule.Flooding, MessageSchedule.Residual])
            {
                using var inference = new BeliefPropagation<double>(device, graph, new BeliefPropagationOptions { Schedule = schedule });
                Assert.True(inference.Run(cancellation: Stop).Converged);
                AssertClose(marginals, inference.VariableMarginals(), 1e-11);
                AssertClose(factorMarginals, inference.FactorMarginals(), 1e-11);
                Assert.Equal(logPartition, inference.LogPartition(), 1e-9);
            }
        },
        iter: 150);

    [Fact]
    public void OnForestsTheMostProbableStatesHaveTheLargestScore() => GenForest.Sample(
        graph =>
        {
            using var device = new CpuDevice(1);
            using var inference = new BeliefPropagation<double>(device, graph, new BeliefPropagationOptions { Semiring = Semiring.MaxProduct });
            inference.Run(cancellation: Stop);
            var (_, _, _, best) = Enumerate(graph);
            Assert.Equal(best, graph.LogScore(inference.MostProbableStates()), 1e-12);
        },
        iter: 300);

    [Fact]
    public void OnLoopsEverySchedulePrecisionAndDeviceEndsAtTheSameFixedPoint()
    {
        var graph = Loop();
        using var cpu = new CpuDevice(2);
        using var reference = new ReferenceDevice();
        var flooding = Marginals<double>(cpu, new BeliefPropagationOptions());
        AssertClose(flooding, Marginals<double>(cpu, new BeliefPropagationOptions { Schedule = MessageSchedule.Residual }), 1e-10);
        AssertClose(flooding, Marginals<double>(cpu, new BeliefPropagationOptions { Damping = 0.5 }), 1e-10);
        AssertClose(flooding, Marginals<double>(cpu, new BeliefPropagationOptions { Damping = 0.3, Schedule = MessageSchedule.Residual }), 1e-10);
        AssertClose(flooding, Marginals<double>(reference, new BeliefPropagationOptions()), 1e-10);
        AssertClose(flooding, Array.ConvertAll(Marginals<float>(cpu, new BeliefPropagationOptions()), value => (double)value), 1e-4);

        T[] Marginals<T>(Device device, BeliefPropagationOptions options)
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        {
            using var inference = new BeliefPropagation<T>(device, graph, options);
            Assert.True(inference.Run(cancellation: Stop).Converged);
            return inference.VariableMarginals();
        }
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        var graph = Grid(40, 30);
        double[]? expected = null;
        foreach (var threads in (int[])[1, 2, 3, 8])
        {
            using var device = new CpuDevice(threads);
            using var inference = new BeliefPropagation<double>(device, graph, new BeliefPropagationOptions { MaximumIterations = 5, Damping = 0.25 });
            inference.Run(cancellation: Stop);
            var marginals = inference.VariableMarginals();
            expected ??= marginals;
            Assert.True(marginals.AsSpan().SequenceEqual(expected));
        }
    }

    [Fact]
    public void ARunGoesOnWhereTheLastOneEnded()
    {
        using var device = new CpuDevice(1);
        var graph = Loop();
        using var once = new BeliefPropagation<double>(device, graph, new BeliefPropagationOptions { MaximumIterations = 6, Tolerance = 0 });
        using var twice = new BeliefPropagation<double>(device, graph, new BeliefPropagationOptions { MaximumIterations = 3, Tolerance = 0 });
        once.Run(cancellation: Stop);
        twice.Run(cancellation: Stop);
        twice.VariableMarginals();
        Assert.Equal(3, twice.Run(cancellation: Stop).Iterations);
        Assert.Equal(once.VariableMarginals(), twice.VariableMarginals());
        twice.Reset();
        twice.Run(cancellation: Stop);
        Assert.NotEqual(once.VariableMarginals(), twice.VariableMarginals());
    }

    [Fact]
    public void ALoopIsNamed()
    {
        var model = new DiscreteFactorGraphBuilder();
        var x = model.Variables(4, 2, "x");
        model.NamedLogFactor("ab", new double[4], x[0], x[1]).NamedLogFactor("bc", new double[4], x[1], x[2]).NamedLogFactor("ca", new double[4], x[2], x[0]).LogFactor(new double[4], x[2], x[3]);
        var graph = model.Build();
        Assert.False(graph.IsForest);
        using var device = new CpuDevice(1);
        var error = Assert.Throws<ArgumentException>(() => new BeliefPropagation<double>(device, graph, new BeliefPropagationOptions { Schedule = MessageSchedule.Tree }));
        foreach (var name in (string[])["x[0]", "x[1]", "x[2]", "ab", "bc", "ca"])
        {
            Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("x[3]", error.Message, StringComparison.Ordinal);
        using var inference = new BeliefPropagation<double>(device, graph);
        Assert.Equal(MessageSchedule.Flooding, inference.Schedule);
    }

    [Fact]
    public void ContradictionsAreNamed()
    {
        var model = new DiscreteFactorGraphBuilder();
        var rain = model.Variable(2, "rain");
        var wet = model.Variable(2, "wet");
        model.Factor([1, 0, 0, 1], rain, wet).Observe(rain, 0).Observe(wet, 1);
        using var device = new CpuDevice(1);
        using var inference = new BeliefPropagation<double>(device, model.Build());
        inference.Run(cancellation: Stop);
        Assert.Contains("'rain' has no possible state", Assert.Throws<InvalidOperationException>(inference.VariableMarginals).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => inference.LogPartition());
        Assert.Contains("MaxProduct", Assert.Throws<InvalidOperationException>(inference.LogMaxMarginals).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheBuilderChecksWhatItIsTold()
    {
        var model = new DiscreteFactorGraphBuilder();
        var a = model.Variable(2, "a");
        var b = model.Variable(3, "b");
        Assert.Contains("2 x 3 = 6 entries, but got 5", Assert.Throws<ArgumentException>(() => model.Factor(new double[5], a, b)).Message, StringComparison.Ordinal);
        Assert.Contains("'a' twice", Assert.Throws<ArgumentException>(() => model.Factor(new double[4], a, a)).Message, StringComparison.Ordinal);
        Assert.Equal("variables", Assert.Throws<ArgumentException>(() => model.Factor(new double[2], new DiscreteFactorGraphBuilder().Variable(2))).ParamName);
        Assert.Contains("table[1]", Assert.Throws<ArgumentException>(() => model.Factor([1, -1], a)).Message, StringComparison.Ordinal);
        Assert.Contains("logTable[0]", Assert.Throws<ArgumentException>(() => model.LogFactor([double.NaN, 0], a)).Message, StringComparison.Ordinal);
        Assert.Equal("state", Assert.Throws<ArgumentOutOfRangeException>(() => model.Observe(b, 3)).ParamName);
        Assert.Equal("cardinality", Assert.Throws<ArgumentOutOfRangeException>(() => model.Variable(0)).ParamName);
        Assert.Equal(0, model.Build().Factors);

        Assert.Equal("logTables", Assert.Throws<ArgumentException>(() => new DiscreteFactorGraph([2], [0, 1], [0], [0])).ParamName);
        Assert.Equal("factorVariables", Assert.Throws<ArgumentOutOfRangeException>(() => new DiscreteFactorGraph([2], [0, 1], [1], [0, 0])).ParamName);
        Assert.Equal("factorOffsets", Assert.Throws<ArgumentException>(() => new DiscreteFactorGraph([2], [0, 0], [], [])).ParamName);
        Assert.Equal("factorOffsets", Assert.Throws<ArgumentException>(() => new DiscreteFactorGraph([2], [1, 1], [0], [0, 0])).ParamName);
        Assert.Equal("logTables", Assert.Throws<ArgumentException>(() => new DiscreteFactorGraph([2], [0, 1], [0], [0, double.PositiveInfinity])).ParamName);
        Assert.Equal("cardinality", Assert.Throws<ArgumentOutOfRangeException>(() => new DiscreteFactorGraph([0], [0], [], [])).ParamName);
    }

    [Fact]
    public void OptionsAreChecked()
    {
        using var device = new CpuDevice(1);
        var graph = Loop();
        foreach (var options in (BeliefPropagationOptions[])
            [
                new() { Damping = 1 }, new() { MaximumIterations = -1 }, new() { Tolerance = -1 }, new() { CheckEvery = -1 }, new() { Schedule = (MessageSchedule)9 }, new() { Semiring = (Semiring)9 },
            ])
        {
            Assert.ThrowsAny<ArgumentException>(() => new BeliefPropagation<float>(device, graph, options));
        }
    }

    [Fact]
    public void ProgressAndCancellation()
    {
        using var device = new CpuDevice(1);
        using var inference = new BeliefPropagation<double>(device, Loop());
        var seen = new List<BeliefPropagationResult>();
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => inference.Run(
            progress =>
            {
                seen.Add(progress);
                if (progress.Iterations == 3)
                {
                    stop.Cancel();
                }
            },
            stop.Token));
        Assert.Equal([1, 2, 3], seen.Select(progress => progress.Iterations));
        Assert.Equal(12, inference.VariableMarginals().Length);
        Assert.True(inference.Run(cancellation: Stop).Converged);
    }

    [Fact]
    public void TheDrawingHoldsEveryVariableFactorAndEdge()
    {
        var model = new DiscreteFactorGraphBuilder();
        var a = model.Variable(2, "a \"quoted\"");
        model.NamedFactor("prior", [1, 1], a).Factor([1, 1, 1, 1], a, model.Variable(2));
        var dot = model.Build().ToDot();
        Assert.Contains("v0 [shape=circle, label=\"a \\\"quoted\\\"\"]", dot, StringComparison.Ordinal);
        Assert.Contains("f0 [shape=square, style=filled, fillcolor=lightgrey, label=\"prior\"]", dot, StringComparison.Ordinal);
        Assert.Contains("f1 -- v1;", dot, StringComparison.Ordinal);
    }

    /// <summary>A loop of five variables of two and three states, with a factor of its own for each.</summary>
    internal static DiscreteFactorGraph Loop()
    {
        var random = new Random(5);
        var model = new DiscreteFactorGraphBuilder();
        int[] cardinality = [2, 3, 2, 3, 2];
        DiscreteVariable[] x = [.. cardinality.Select(states => model.Variable(states))];
        for (var i = 0; i < x.Length; i++)
        {
            model.LogFactor(Table(random, x[i].Cardinality), x[i]);
            var next = x[(i + 1) % x.Length];
            model.LogFactor(Table(random, x[i].Cardinality * next.Cardinality), x[i], next);
        }

        return model.Build();
    }

    private static DiscreteFactorGraph Grid(int rows, int columns)
    {
        var random = new Random(6);
        var model = new DiscreteFactorGraphBuilder();
        var x = model.Variables(rows * columns, 2);
        for (var i = 0; i < x.Length; i++)
        {
            model.LogFactor(Table(random, 2), x[i]);
            if (i % columns < columns - 1)
            {
                model.LogFactor(Table(random, 4), x[i], x[i + 1]);
            }

            if (i + columns < x.Length)
            {
                model.LogFactor(Table(random, 4), x[i], x[i + columns]);
            }
        }

        return model.Build();
    }

    private static double[] Table(Random random, int entries) => [.. Enumerable.Range(0, entries).Select(_ => 2 * random.NextDouble() - 1)];

    private static DiscreteFactorGraph Forest(Random random, int variables, bool coarse)
    {
        var model = new DiscreteFactorGraphBuilder();
        DiscreteVariable[] x = [.. Enumerable.Range(0, variables).Select(_ => model.Variable(random.Next(1, 5)))];

        // A factor joins variables of different trees only, so no loop arises.
        int[] tree = [.. Enumerable.Range(0, variables)];
        for (var attempt = 0; attempt < 2 * variables; attempt++)
        {
            DiscreteVariable[] members = [.. x.OrderBy(_ => random.Next()).DistinctBy(variable => tree[variable.Index]).Take(random.Next(1, 4))];
            var joined = members.Select(member => tree[member.Index]).ToHashSet();
            tree = Array.ConvertAll(tree, number => joined.Contains(number) ? joined.Min() : number);
            var table = new double[members.Aggregate(1, (entries, member) => entries * member.Cardinality)];
            for (var entry = 0; entry < table.Length; entry++)
            {
                // The first entry is never forbidden, so that state 0 of all variables is always possible.
                table[entry] = entry > 0 && random.Next(5) == 0 ? Never : coarse ? random.Next(-4, 5) / 8.0 : 4 * random.NextDouble() - 2;
            }

            model.LogFactor(table, members);
        }

        return model.Build();
    }

    /// <summary>The marginals, the log partition and the largest score by going through every assignment.</summary>
    private static (double[] Variables, double[] Factors, double LogPartition, double Best) Enumerate(DiscreteFactorGraph graph)
    {
        var variableOffsets = new int[graph.Variables + 1];
        for (var variable = 0; variable < graph.Variables; variable++)
        {
            variableOffsets[variable + 1] = variableOffsets[variable] + graph.Cardinality[variable];
        }

        var variables = new double[variableOffsets[^1]];
        var factors = new double[graph.TableEntries];
        var best = Never;
        var total = 0.0;
        var states = new int[graph.Variables];
        do
        {
            var score = graph.LogScore(states);
            var weight = Math.Exp(score);
            best = Math.Max(best, score);
            total += weight;
            for (var variable = 0; variable < states.Length; variable++)
            {
                variables[variableOffsets[variable] + states[variable]] += weight;
            }

            var offset = 0;
            for (var factor = 0; factor < graph.Factors; factor++)
            {
                var entry = 0;
                foreach (var variable in graph.VariablesOf(factor))
                {
                    entry = entry * graph.Cardinality[variable] + states[variable];
                }

                factors[offset + entry] += weight;
                offset += graph.LogTable(factor).Length;
            }
        }
        while (Next(graph, states));

        return (Array.ConvertAll(variables, weight => weight / total), Array.ConvertAll(factors, weight => weight / total), Math.Log(total), best);
    }

    private static bool Next(DiscreteFactorGraph graph, int[] states)
    {
        for (var variable = 0; variable < states.Length; variable++)
        {
            if (++states[variable] < graph.Cardinality[variable])
            {
                return true;
            }

            states[variable] = 0;
        }

        return false;
    }

    private static void AssertClose(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], found[i], tolerance);
        }
    }
}
