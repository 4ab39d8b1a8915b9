using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>Messages summed and divided by the number of edges.</summary>
internal sealed class NormalisedAggregationSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var graph = run.Graph();
        var x = run.Input("x");
        var model = run.Own(run.Case.Option("message") switch
        {
            "Identity" => new NormalisedAggregation<T>(run.Device, (int)x.Columns),
            "Linear" => new NormalisedAggregation<T>(run.Device, (int)x.Columns, (int)run.Parameter("message.weight").Rows, run.Case.Option<Activation>("activation")),
            var other => throw run.Case.Bad("message", "one of Identity, Linear", other),
        });
        run.Load(model.Parameters);
        run.Output("out", model.Forward(graph, x));

        var dx = run.Overwritten(x.Shape);
        model.Backward(run.Cotangent("out"), dx);
        run.Gradient("x", dx);
        run.Gradients(model.Parameters);
    }
}
