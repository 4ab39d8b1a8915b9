using System.Numerics;

namespace Native.Bench;

/// <summary><c>out[e, h] = ⟨x[src[e], h], y[dst[e], h]⟩</c>.</summary>
internal sealed class EdgeDotSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var graph = run.Graph();
        var x = run.Input("x");
        var y = run.Input("y");
        var output = run.Overwritten(graph.Edges, run.Case.Integer("heads"));
        run.Messages.EdgeDot(graph, x, y, output);
        run.Output("out", output);

        var dx = run.Overwritten(x.Shape);
        var dy = run.Overwritten(y.Shape);
        run.Messages.EdgeDotBackward(graph, x, y, run.Cotangent("out"), dx, dy);
        run.Gradient("x", dx);
        run.Gradient("y", dy);
    }
}
