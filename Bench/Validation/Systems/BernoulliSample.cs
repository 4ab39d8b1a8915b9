using System.Numerics;

namespace Native.Bench;

/// <summary>Bernoulli draws.</summary>
internal sealed class BernoulliSampleSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var probability = run.Input("p");
        var output = run.Overwritten(probability.Shape);
        run.Sampling.Bernoulli(probability, run.Input("uniform"), output);
        run.Output("x", Array.ConvertAll(output.ToArray(), long.CreateChecked));
    }
}
