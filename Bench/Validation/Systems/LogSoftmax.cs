using System.Numerics;

namespace Native.Bench;

/// <summary>Log-softmax of every row.</summary>
internal sealed class LogSoftmaxSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = run.Input("x");
        var output = run.Overwritten(x.Shape);
        run.Dense.LogSoftmax(x, output);
        run.Output("out", output);

        var dx = run.Overwritten(x.Shape);
        run.Dense.LogSoftmaxBackward(output, run.Cotangent("out"), dx);
        run.Gradient("x", dx);
    }
}
