using System.Numerics;
using Native.Models;

namespace Native.Bench;

/// <summary>A stack of message passing layers.</summary>
internal sealed class UnifiedMessagePassingSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var graph = run.Graph();
        var x = run.Input("x");
        var attributes = run.Has("input/a") ? run.Input("a") : null;
        var layers = run.Case.Integer("layers");
        var widths = new int[layers + 1];
        widths[0] = (int)x.Columns;
        for (var layer = 0; layer < layers; layer++)
        {
            widths[layer + 1] = (int)run.Parameter($"layers.{layer}.update_mlp.2.weight").Rows;
        }

        var hidden = (int)run.Parameter("layers.0.message_mlp.2.weight").Rows;
        var model = run.Own(new UnifiedMessagePassing<T>(run.Device, widths, hidden, (int)(attributes?.Columns ?? 0), run.Case.Option<Aggregation>("aggregation")));
        run.Load(model.Parameters);
        model.Forward(graph, x, attributes);
        for (var layer = 0; layer < layers; layer++)
        {
            run.Output($"h.{layer}", model.Layers[layer].Output);
        }

        var dx = run.Overwritten(x.Shape);
        var dAttributes = attributes is null ? null : run.Overwritten(attributes.Shape);
        model.Backward(run.Cotangent($"h.{layers - 1}"), dx, dAttributes);
        run.Gradient("x", dx);
        if (dAttributes is not null)
        {
            run.Gradient("a", dAttributes);
        }

        run.Gradients(model.Parameters);
    }
}
