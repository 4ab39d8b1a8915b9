using System.Numerics;

namespace Native.Bench;

/// <summary>Reparameterised Gaussian draws.</summary>
internal sealed class ReparameterizeSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var mean = run.Input("mu");
        var logVariance = run.Input("logvar");
        var epsilon = run.Input("eps");
        var output = run.Overwritten(mean.Shape);
        run.Sampling.GaussianReparameterise(mean, logVariance, epsilon, output);
        run.Output("z", output);

        var dMean = run.Overwritten(mean.Shape);
        var dLogVariance = run.Overwritten(mean.Shape);
        run.Sampling.GaussianReparameteriseBackward(logVariance, epsilon, run.Cotangent("z"), dMean, dLogVariance);
        run.Gradient("mu", dMean);
        run.Gradient("logvar", dLogVariance);
        if (run.Has("grad/eps"))
        {
            // z is linear in the noise: its gradient is that of a draw from mean 0 with the cotangent as noise.
            var zero = run.Accumulated(mean.Shape);
            var dEpsilon = run.Overwritten(mean.Shape);
            run.Sampling.GaussianReparameterise(zero, logVariance, run.Cotangent("z"), dEpsilon);
            run.Gradient("eps", dEpsilon);
        }
    }
}
