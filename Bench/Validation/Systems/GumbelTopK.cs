using System.Numerics;

namespace Native.Bench;

/// <summary>Draws without replacement.</summary>
internal sealed class GumbelTopKSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var logWeights = run.Input("log_weights");
        var k = run.Case.Integer("k");
        var index = run.Indices(logWeights.Rows, k);
        var key = run.Overwritten(logWeights.Rows, k);
        run.Sampling.GumbelTopK(logWeights, run.Input("uniform"), index, key);
        run.Device.ThrowIfFaulted();
        run.Output("index", index);
        run.Output("key", key);
    }
}
