using System.Numerics;

namespace Native.Bench;

/// <summary>Natural parameters of a prior and its messages. Files hold a row per variable, the kernel a row per parameter.</summary>
internal sealed class AccumulateSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var index = run.Index("dst");
        var prior = run.Columns("prior");
        var eta = run.Overwritten(prior.Shape);
        run.NaturalParameters.Accumulate(index, prior, run.Columns("message"), eta);
        run.OutputColumns("eta", eta);
    }
}
