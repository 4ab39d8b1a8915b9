using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Fused gather, weight and reduce.</summary>
internal sealed class AggregateSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var visitor = new Visitor<T> { Run = run };
        run.Case.Option<Reduction>("reduction").Dispatch(ref visitor);
    }

    private struct Visitor<T> : IReductionVisitor
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public CaseRun<T> Run;

        public readonly void Visit<TReduction>()
            where TReduction : struct, IReduction
        {
            var run = Run;
            var graph = run.Graph();
            var x = run.Input("x");
            var weights = run.Case.Option("weights") == "None" ? null : run.Input("w");
            var output = run.Overwritten(x.Shape);
            var arg = TReduction.IsExtremum ? run.Indices(x.Shape) : null;
            run.Messages.Aggregate<TReduction>(graph, x, weights, output, arg, T.CreateTruncating(run.Case.Number("fill", 0)));
            run.Output("out", output);
            if (arg is not null)
            {
                run.Output("arg", arg);
            }

            var dx = run.Overwritten(x.Shape);
            var dWeights = weights is null ? null : run.Overwritten(weights.Shape);
            run.Messages.AggregateBackward<TReduction>(graph, x, weights, arg, run.Cotangent("out"), dx, dWeights);
            run.Gradient("x", dx);
            if (dWeights is not null)
            {
                run.Gradient("w", dWeights);
            }
        }
    }
}
