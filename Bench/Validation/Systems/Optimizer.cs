using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Optimiser steps, the parameter checked after each of them.</summary>
internal sealed class OptimizerSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var optimizer = run.Case.Option("optimizer");
        var parameter = run.Input("p");
        var gradients = run.Input("gradients");
        var first = run.Accumulated(parameter.Shape);
        var second = run.Accumulated(parameter.Shape);
        var size = (int)parameter.Count;
        var allGradients = gradients.ToArray();
        var gradient = run.Accumulated(parameter.Shape);
        var history = new double[gradients.Count];
        var momentum = run.Case.Number("momentum", 0);
        for (var step = 1; step <= run.Case.Integer("steps"); step++)
        {
            gradient.Upload(allGradients.AsSpan((step - 1) * size, size));
            switch (optimizer)
            {
                case "Sgd":
                    run.Updates.Sgd(parameter, gradient, momentum == 0 ? null : first, step, new SgdOptions(run.Case.Number("lr"), momentum, run.Case.Number("weight_decay", 0)));
                    break;
                case "Adam" or "AdamW":
                    run.Updates.Adam(parameter, gradient, first, second, step, new AdamOptions(
                        run.Case.Number("lr"), run.Case.Number("beta1"), run.Case.Number("beta2"), run.Case.Number("eps"), run.Case.Number("weight_decay", 0), optimizer == "AdamW"));
                    break;
                default:
                    throw run.Case.Bad("optimizer", "one of Sgd, Adam, AdamW", optimizer);
            }

            CaseRun<T>.Download(parameter).CopyTo(history, (step - 1) * size);
        }

        run.Output("p", history);
        if (optimizer != "Sgd")
        {
            run.Output("exp_avg", first);
            run.Output("exp_avg_sq", second);
        }
        else if (momentum != 0)
        {
            run.Output("momentum_buffer", first);
        }
    }
}
