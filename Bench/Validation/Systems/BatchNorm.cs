using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Batch normalisation, with its running statistics.</summary>
internal sealed class BatchNormSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var mode = run.Case.Option<BatchNormMode>("mode");
        var x = run.Input("x");
        var weight = run.Parameter("weight");
        var bias = run.Parameter("bias");
        var runningMean = run.Parameter("running_mean");
        var runningVariance = run.Parameter("running_var");
        var output = run.Overwritten(x.Shape);
        var mean = run.Overwritten(x.Columns);
        var inverseDeviation = run.Overwritten(x.Columns);
        run.Dense.BatchNorm(mode, x, weight, bias, runningMean, runningVariance, output, mean, inverseDeviation, run.Case.Number("eps"), run.Case.Number("momentum"));
        run.Output("out", output);
        run.Output("running_mean", runningMean);
        run.Output("running_var", runningVariance);

        var dx = run.Overwritten(x.Shape);
        var dWeight = run.Accumulated(weight.Shape);
        var dBias = run.Accumulated(bias.Shape);
        run.Dense.BatchNormBackward(mode, x, weight, mean, inverseDeviation, run.Cotangent("out"), dx, dWeight, dBias);
        run.Gradient("x", dx);
        run.Gradient("weight", dWeight);
        run.Gradient("bias", dBias);
    }
}
