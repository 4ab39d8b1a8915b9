namespace Native.Tests;

/// <summary>The gradients of the reference device, to which every other device is held, against finite differences.</summary>
public class GradientTests
{
    /// <summary>The kernels with a gradient.</summary>
    public static TheoryData<string> Kernels => [.. KernelCatalogue.All.Where(call => call.HasGradient).Select(call => call.Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void GradientsMatchFiniteDifferences(string name)
    {
        var call = KernelCatalogue.All.Single(call => call.Name == name);
        GradientCheck.Run(call, new Sizes(GraphSamples.Small, 4, 3, 2));
        GradientCheck.Run(call, new Sizes(GraphSamples.Small, 2, 4, 3));
    }
}
