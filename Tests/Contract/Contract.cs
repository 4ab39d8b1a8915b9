using System.Globalization;
using System.Numerics;
using Native.Kernels;
using Native.Kernels.Reference;

namespace Native.Tests;

/// <summary>Runs one kernel call on a device and on the reference device and compares what they leave.</summary>
internal static class Contract
{
    /// <summary>Compares in float and in double.</summary>
    public static void CompareBoth(KernelCall call, Device device, string fixture, Sizes sizes, Layout layout, Values values)
    {
        Compare<float>(call, device, fixture, sizes, layout, values);
        Compare<double>(call, device, fixture, sizes, layout, values);
    }

    /// <summary>Compares in one precision, within the tolerances of the kernel or a given bound.</summary>
    public static void Compare<T>(KernelCall call, Device device, string fixture, Sizes sizes, Layout layout, Values values, double? bound = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!call.Accepts(sizes) || (values == Values.Special && !call.TakesSpecialValues))
        {
            return;
        }

        var context = $"{call.Name}, {typeof(T).Name}, {sizes}, {layout}, {values}, {device.Name}";
        using var reference = new ReferenceDevice();
        var expected = Run<T>(call, reference, sizes, layout, values, context);
        var found = Run<T>(call, device, sizes, layout, values, context);
        Assert.Equal(expected.Count, found.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].Name, found[i].Name);
            var tolerance = expected[i].IsInteger ? 0 : bound ?? Tolerances.Of(call.Kernel, fixture, typeof(T) == typeof(double), expected[i].IsGradient);
            if (call.AnyNonFiniteWillDo)
            {
                ReplaceNonFinite(expected[i].Values);
                ReplaceNonFinite(found[i].Values);
            }

            AssertClose(found[i].Values, expected[i].Values, tolerance, $"{context}: {expected[i].Name}");
        }
    }

    /// <summary>Runs a call once on a bench of its own.</summary>
    public static List<CallResult> Run<T>(KernelCall call, Device device, Sizes sizes, Layout layout, Values values, string context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var bench = new Workbench<T>(device, sizes, layout, values);
        try
        {
            call.Run(bench);
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{context}: {exception.GetType().Name}: {exception.Message}", exception);
        }

        return bench.Results(context);
    }

    private static void ReplaceNonFinite(double[] values)
    {
        foreach (ref var value in values.AsSpan())
        {
            value = double.IsFinite(value) ? value : double.NaN;
        }
    }

    /// <summary>Finite entries within <c>tolerance · max(1, max|expected|)</c>, NaN where NaN is expected, the same infinities.</summary>
    public static void AssertClose(ReadOnlySpan<double> found, ReadOnlySpan<double> expected, double tolerance, string what)
    {
        Assert.True(found.Length == expected.Length, $"{what}: {found.Length} elements, expected {expected.Length}.");
        var scale = 1.0;
        foreach (var value in expected)
        {
            scale = double.IsFinite(value) ? Math.Max(scale, Math.Abs(value)) : scale;
        }

        for (var i = 0; i < found.Length; i++)
        {
            var same = double.IsFinite(expected[i]) ? Math.Abs(found[i] - expected[i]) <= tolerance * scale
                : double.IsNaN(expected[i]) ? double.IsNaN(found[i])
                : found[i] == expected[i];
            if (!same)
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: element {i} of {found.Length} is {found[i]:R}, expected {expected[i]:R} within {tolerance} of {scale}."));
            }
        }
    }
}
