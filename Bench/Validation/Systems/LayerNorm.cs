using System.Numerics;

namespace Native.Bench;

/// <summary>Layer normalisation.</summary>
internal sealed class LayerNormSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = run.Input("x");
        var weight = run.Parameter("weight");
        var bias = run.Parameter("bias");
        var output = run.Overwritten(x.Shape);
        var mean = run.Overwritten(x.Rows);
        var inverseDeviation = run.Overwritten(x.Rows);
        run.Dense.LayerNorm(x, weight, bias, output, mean, inverseDeviation, run.Case.Number("eps"));
        run.Output("out", output);

        var dx = run.Overwritten(x.Shape);
        var dWeight = run.Accumulated(weight.Shape);
        var dBias = run.Accumulated(bias.Shape);
        run.Dense.LayerNormBackward(x, weight, mean, inverseDeviation, run.Cotangent("out"), dx, dWeight, dBias);
        run.Gradient("x", dx);
        run.Gradient("weight", dWeight);
        run.Gradient("bias", dBias);
    }
}
