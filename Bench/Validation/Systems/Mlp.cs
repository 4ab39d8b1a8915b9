using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>A multilayer perceptron.</summary>
internal sealed class MlpSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = run.Input("x");
        var layers = run.Case.Integer("layers");
        var widths = new int[layers + 1];
        widths[0] = (int)x.Columns;
        for (var layer = 0; layer < layers; layer++)
        {
            widths[layer + 1] = (int)run.Parameter($"layers.{2 * layer}.weight").Rows;
        }

        var model = run.Own(new Mlp<T>(run.Device, widths, run.Case.Option<Activation>("activation")));
        run.Load(model.Parameters);
        run.Output("out", model.Forward(x));

        var dx = run.Overwritten(x.Shape);
        model.Backward(run.Cotangent("out"), dx);
        run.Gradient("x", dx);
        run.Gradients(model.Parameters);
    }
}
