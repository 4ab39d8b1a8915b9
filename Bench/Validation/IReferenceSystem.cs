using System.Numerics;

namespace Native.Bench;

/// <summary>
/// What runs the cases of one system: builds the inputs of a case on a device, runs forward and backward through the public kernels or models,
/// and hands every output and gradient back. One class per system; <see cref="ReferenceSystems"/> lists them.
/// </summary>
internal interface IReferenceSystem
{
    /// <summary>Runs a case.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="run">The case, the device and the place for results.</param>
    void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
