using System.Numerics;
using Native.Models;

namespace Native.Bench;

/// <summary>One message passing layer.</summary>
internal sealed class MessagePassingLayerSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var graph = run.Graph();
        var x = run.Input("x");
        var attributes = run.Has("input/a") ? run.Input("a") : null;
        var model = run.Own(new MessagePassingLayer<T>(
            run.Device,
            (int)x.Columns,
            (int)run.Parameter("message_mlp.2.weight").Rows,
            (int)run.Parameter("update_mlp.2.weight").Rows,
            (int)(attributes?.Columns ?? 0),
            run.Case.Option<Aggregation>("aggregation")));
        run.Load(model.Parameters);
        run.Output("h", model.Forward(graph, x, attributes));
        run.Output("aggregated", model.Aggregated);

        var dx = run.Overwritten(x.Shape);
        var dAttributes = attributes is null ? null : run.Overwritten(attributes.Shape);
        model.Backward(run.Cotangent("h"), dx, dAttributes, run.Has("cotangent/aggregated") ? run.Cotangent("aggregated") : null);
        run.Gradient("x", dx);
        if (dAttributes is not null)
        {
            run.Gradient("a", dAttributes);
        }

        run.Gradients(model.Parameters);
    }
}
