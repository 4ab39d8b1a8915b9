using System.Numerics;

namespace Native.Bench;

/// <summary>Runs the cases of <c>vmp</c>: posteriors and free energies after variational inference has come to rest.</summary>
internal sealed class VariationalMessagePassingSystem : IReferenceSystem
{
    /// <inheritdoc/>
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!VariationalGraphs.TryRun(run) && !VariationalBlocks.TryRun(run))
        {
            throw new NotSupportedException($"vmp: model '{run.Case.Option("model")}'");
        }
    }
}
