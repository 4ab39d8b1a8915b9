using System.Numerics;

namespace Native.Bench;

/// <summary>Softmax of every row.</summary>
internal sealed class RowSoftmaxSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = run.Input("x");
        var output = run.Overwritten(x.Shape);
        run.Dense.Softmax(x, output);
        run.Output("out", output);

        var dx = run.Overwritten(x.Shape);
        run.Dense.SoftmaxBackward(output, run.Cotangent("out"), dx);
        run.Gradient("x", dx);
    }
}
