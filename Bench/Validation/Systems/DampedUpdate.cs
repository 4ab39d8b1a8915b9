using System.Numerics;

namespace Native.Bench;

/// <summary>A damped update and the largest change it makes.</summary>
internal sealed class DampedUpdateSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var parameter = run.Input("eta_old");
        var maxChange = run.Overwritten(1);
        run.Updates.DampedUpdate(parameter, run.Input("eta_new"), run.Case.Number("damping"), maxChange);
        run.Output("eta", parameter);
        run.Output("max_change", maxChange);
    }
}
