using System.Numerics;

namespace Native.Bench;

/// <summary>Divergence of diagonal Gaussians, per row.</summary>
internal sealed class GaussianKlSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var given = run.Case.Option("prior") switch
        {
            "Standard" => false,
            "Given" => true,
            var other => throw run.Case.Bad("prior", "one of Standard, Given", other),
        };
        var mean = run.Input("mu");
        var logVariance = run.Input("logvar");
        var priorMean = given ? run.Input("prior_mu") : null;
        var priorLogVariance = given ? run.Input("prior_logvar") : null;
        var output = run.Overwritten(mean.Rows);
        run.Sampling.GaussianKl(mean, logVariance, priorMean, priorLogVariance, output);
        run.Output("kl", output);

        var dMean = run.Overwritten(mean.Shape);
        var dLogVariance = run.Overwritten(mean.Shape);
        var dPriorMean = given ? run.Overwritten(mean.Shape) : null;
        var dPriorLogVariance = given ? run.Overwritten(mean.Shape) : null;
        run.Sampling.GaussianKlBackward(mean, logVariance, priorMean, priorLogVariance, run.Cotangent("kl"), dMean, dLogVariance, dPriorMean, dPriorLogVariance);
        run.Gradient("mu", dMean);
        run.Gradient("logvar", dLogVariance);
        if (dPriorMean is not null && dPriorLogVariance is not null)
        {
            run.Gradient("prior_mu", dPriorMean);
            run.Gradient("prior_logvar", dPriorLogVariance);
        }
    }
}
