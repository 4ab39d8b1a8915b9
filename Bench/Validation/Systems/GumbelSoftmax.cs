using System.Numerics;

namespace Native.Bench;

/// <summary>Relaxed categorical draws.</summary>
internal sealed class GumbelSoftmaxSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var logits = run.Input("logits");
        var temperature = T.CreateTruncating(run.Case.Number("temperature"));
        var output = run.Overwritten(logits.Shape);
        var index = run.Indices(logits.Rows);
        run.Sampling.GumbelSoftmax(logits, run.Input("uniform"), temperature, output, index);
        run.Output("out", output);
        run.Output("index", index);

        var dLogits = run.Overwritten(logits.Shape);
        run.Sampling.GumbelSoftmaxBackward(output, temperature, run.Cotangent("out"), dLogits);
        run.Gradient("logits", dLogits);
    }
}
