using System.Numerics;

namespace Native.Bench;

/// <summary><c>out = x[index]</c>.</summary>
internal sealed class GatherSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var index = run.Index("index");
        var x = run.Input("x");
        var output = run.Overwritten(index.Edges, x.Columns);
        run.Messages.Gather(index, x, output);
        run.Output("out", output);

        var dx = run.Overwritten(x.Shape);
        run.Messages.GatherBackward(index, run.Cotangent("out"), dx);
        run.Gradient("x", dx);
    }
}
