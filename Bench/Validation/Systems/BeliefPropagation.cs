using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>Runs the cases of <c>belief_propagation</c>: beliefs, the Bethe log partition and most probable states of discrete factor graphs.</summary>
internal sealed class BeliefPropagationSystem : IReferenceSystem
{
    /// <inheritdoc/>
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var reference = run.Case;
        var graph = new DiscreteFactorGraph(
            Integers(run, "cardinality"), Integers(run, "factor_offsets"), Integers(run, "factor_variables"), reference.File["input/log_tables"].Read<double>());
        RequireTableOffsets(run, graph);
        var semiring = reference.Option<Semiring>("algorithm");
        var iterations = reference.Option("iterations", "");
        var options = new BeliefPropagationOptions
        {
            Semiring = semiring,
            Schedule = reference.Option<MessageSchedule>("schedule"),
            Damping = reference.Number("damping", 0),
            MaximumIterations = iterations.Length == 0 ? 100_000 : reference.Integer("iterations"),
            Tolerance = iterations.Length == 0 ? null : 0,
        };
        using var inference = new BeliefPropagation<T>(run.Device, graph, options);
        inference.Run();
        if (semiring == Semiring.SumProduct)
        {
            run.Output("variable_marginals", Array.ConvertAll(inference.VariableMarginals(), double.CreateChecked));
            run.Output("factor_marginals", Array.ConvertAll(inference.FactorMarginals(), double.CreateChecked));
            run.Output("log_partition", [inference.LogPartition()]);
        }
        else
        {
            var states = inference.MostProbableStates();
            run.Output("log_max_marginals", Array.ConvertAll(inference.LogMaxMarginals(), double.CreateChecked));
            run.Output("map", Array.ConvertAll(states, state => (long)state));
            run.Output("map_log_score", [graph.LogScore(states)]);
        }
    }

    private static int[] Integers<T>(CaseRun<T> run, string name)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(run.Integer(name), value => checked((int)value));

    private static void RequireTableOffsets<T>(CaseRun<T> run, DiscreteFactorGraph graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long end = 0;
        var offsets = run.Integer("table_offsets");
        for (var factor = 0; factor <= graph.Factors; factor++)
        {
            if (factor >= offsets.Length || offsets[factor] != end)
            {
                throw new InvalidDataException($"{run.Case.Path}: table_offsets[{factor}]: expected {end}, one table after another.");
            }

            end += factor < graph.Factors ? graph.LogTable(factor).Length : 0;
        }
    }
}
