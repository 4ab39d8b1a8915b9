using System.Numerics;
using Native.Kernels;
using Native.Kernels.Reference;

namespace Native.Bench;

/// <summary>One kernel of the self-check.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Precision"><c>float</c> or <c>double</c>.</param>
/// <param name="Error">The largest difference from the reference device, over the larger of 1 and its largest value; null when not supported.</param>
/// <param name="Tolerance">The largest error that passes.</param>
/// <param name="Status"><c>passed</c>, <c>failed</c> or <c>unsupported</c>.</param>
internal sealed record KernelCheck(string Kernel, string Precision, double? Error, double Tolerance, string Status);

/// <summary>The self-check of a device.</summary>
/// <param name="Passed">Whether no kernel failed.</param>
/// <param name="Checks">The kernels.</param>
internal sealed record SelfCheckResult(bool Passed, IReadOnlyList<KernelCheck> Checks);

/// <summary>Runs every kernel on random data on a device and on the reference device, forward and backward, and compares.</summary>
internal static class SelfCheck
{
    // The bounds of the reference cases: outputs to 1e-5 in float, gradients to 1e-4.
    private const double FloatOutput = 1e-5;
    private const double FloatGradient = 1e-4;
    private const double DoubleTolerance = 1e-9;

    /// <summary>Checks a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="progress">Called after each kernel with the fraction done.</param>
    /// <param name="stop">Stops between two kernels.</param>
    public static SelfCheckResult Run(Device device, Action<double> progress, CancellationToken stop)
    {
        using var reference = new ReferenceDevice();
        var checks = new List<KernelCheck>();
        Run<float>(device, reference, Shapes.Float, checks, done => progress(done / 2), stop);
        Run<double>(device, reference, Shapes.Double, checks, done => progress(0.5 + done / 2), stop);
        return new SelfCheckResult(checks.All(check => check.Status != "failed"), checks);
    }

    private static void Run<T>(Device device, Device reference, string precision, List<KernelCheck> checks, Action<double> progress, CancellationToken stop)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var kernels = SelfCheckKernels<T>.All;
        for (var i = 0; i < kernels.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            var (name, run) = kernels[i];
            var tolerance = precision == Shapes.Double ? DoubleTolerance : name.EndsWith("backward", StringComparison.Ordinal) ? FloatGradient : FloatOutput;
            checks.Add(Check(device, reference, name, precision, tolerance, run));
            progress((i + 1.0) / kernels.Count);
        }
    }

    private static KernelCheck Check<T>(Device device, Device reference, string name, string precision, double tolerance, Action<SelfCheckData<T>> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var expected = new SelfCheckData<T>(reference);
        using var actual = new SelfCheckData<T>(device);
        run(expected);
        try
        {
            run(actual);
        }
        catch (NotSupportedException)
        {
            return new KernelCheck(name, precision, null, tolerance, "unsupported");
        }

        var error = actual.Difference(expected);
        return new KernelCheck(name, precision, error, tolerance, error <= tolerance ? "passed" : "failed");
    }
}
