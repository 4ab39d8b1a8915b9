using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Reductions of the rows of every segment, log-sum-exp and softmax among them.</summary>
internal sealed class SegmentReduceSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (run.Case.Option("reduction"))
        {
            case "LogSumExp":
                LogSumExp(run);
                break;
            case "Softmax":
                Softmax(run);
                break;
            default:
                var visitor = new Visitor<T> { Run = run };
                run.Case.Option<Reduction>("reduction").Dispatch(ref visitor);
                break;
        }
    }

    private static void LogSumExp<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var index = run.Index("dst");
        var v = run.Input("v");
        var output = run.Overwritten(index.Nodes, v.Columns);
        run.Messages.SegmentLogSumExp(index, v, output);
        run.Output("out", output);

        var dv = run.Overwritten(v.Shape);
        run.Messages.SegmentLogSumExpBackward(index, v, output, run.Cotangent("out"), dv);
        run.Gradient("v", dv);
    }

    private static void Softmax<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var index = run.Index("dst");
        var v = run.Input("v");
        var output = run.Overwritten(v.Shape);
        run.Messages.SegmentSoftmax(index, v, output);
        run.Output("out", output);

        var dv = run.Overwritten(v.Shape);
        run.Messages.SegmentSoftmaxBackward(index, output, run.Cotangent("out"), dv);
        run.Gradient("v", dv);
    }

    private struct Visitor<T> : IReductionVisitor
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public CaseRun<T> Run;

        public readonly void Visit<TReduction>()
            where TReduction : struct, IReduction
        {
            var run = Run;
            var index = run.Index("dst");
            var v = run.Input("v");
            var output = run.Overwritten(index.Nodes, v.Columns);
            var arg = TReduction.IsExtremum ? run.Indices(index.Nodes, v.Columns) : null;
            run.Messages.SegmentReduce<TReduction>(index, v, output, arg, T.CreateTruncating(run.Case.Number("fill", 0)));
            run.Output("out", output);
            if (arg is not null)
            {
                run.Output("arg", arg);
            }

            var dv = run.Overwritten(v.Shape);
            run.Messages.SegmentReduceBackward<TReduction>(index, arg, run.Cotangent("out"), dv);
            run.Gradient("v", dv);
        }
    }
}
