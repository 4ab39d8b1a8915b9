using System.Numerics;
using Native.Models;

namespace Native.Bench;

/// <summary>Attention as message passing.</summary>
internal sealed class AttentionMessagePassingSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = run.Input("x");
        var (batch, positions, width) = ((int)x.Shape[0], x.Shape[1], (int)x.Shape[2]);
        var keyLengths = run.Case.Flag("key_lengths") ? run.KeyLengths() : null;
        var model = run.Own(new AttentionLayer<T>(run.Device, width, run.Case.Integer("heads"), run.Case.Flag("causal")));
        run.Load(model.Parameters);
        run.Output("out", model.Forward(x.AsMatrix(batch * positions, width), batch, keyLengths));

        var dx = run.Overwritten(x.Shape);
        model.Backward(run.Cotangent("out").AsMatrix(batch * positions, width), dx.AsMatrix(batch * positions, width));
        run.Gradient("x", dx);
        run.Gradients(model.Parameters);
    }
}
