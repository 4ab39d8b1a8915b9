using System.Numerics;

namespace Native.Bench;

/// <summary><c>out[index[e]] = base[index[e]] + Σ v[e]</c>.</summary>
internal sealed class ScatterAddSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var index = run.Index("index");
        var v = run.Input("v");
        var output = run.Input("base");
        run.Messages.ScatterAdd(index, v, output);
        run.Output("out", output);

        // The destination before the call is added to, so its gradient is the cotangent as it is.
        var dOutput = run.Cotangent("out");
        var dv = run.Overwritten(v.Shape);
        run.Messages.ScatterAddBackward(index, dOutput, dv);
        run.Gradient("v", dv);
        run.Gradient("base", dOutput);
    }
}
