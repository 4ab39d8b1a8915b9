using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>A linear layer with fused bias and activation.</summary>
internal sealed class LinearSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var visitor = new Visitor<T> { Run = run };
        run.Case.Option<Activation>("activation").Dispatch(ref visitor);
    }

    private struct Visitor<T> : IActivationVisitor
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public CaseRun<T> Run;

        public readonly void Visit<TActivation>()
            where TActivation : struct, IActivation
        {
            var run = Run;
            var x = run.Input("x");
            var weight = run.Parameter("linear.weight");
            var bias = run.Case.Option("bias") == "true" ? run.Parameter("linear.bias") : null;
            var output = run.Overwritten(x.Rows, weight.Rows);
            var preactivation = run.Overwritten(x.Rows, weight.Rows);
            run.Dense.Linear<TActivation>(x, weight, bias, output, preactivation);
            run.Output("out", output);

            var dPreactivation = run.Overwritten(x.Rows, weight.Rows);
            var dx = run.Overwritten(x.Shape);
            var dWeight = run.Accumulated(weight.Shape);
            var dBias = bias is null ? null : run.Accumulated(bias.Shape);
            run.Dense.LinearBackward<TActivation>(x, weight, preactivation, run.Cotangent("out"), dPreactivation, dx, dWeight, dBias);
            run.Gradient("x", dx);
            run.Gradient("linear.weight", dWeight);
            if (dBias is not null)
            {
                run.Gradient("linear.bias", dBias);
            }
        }
    }
}
