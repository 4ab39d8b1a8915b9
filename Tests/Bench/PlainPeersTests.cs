using Native.Bench;
using Native.Kernels.Cpu;
using Native.Kernels.Reference;

namespace Native.Tests;

/// <summary>The plain loops that inference is timed against compute the same posteriors and free energies.</summary>
public class PlainPeersTests
{
    /// <summary>Mixtures of Gaussians, also where the data are no multiple of those that the loop takes together.</summary>
    [Theory]
    [InlineData(3, 2, 1001)]
    [InlineData(5, 4, 402)]
    [InlineData(1, 1, 7)]
    public void MixturesAgree(int components, int dimension, int data)
    {
        var model = new MixtureModel(components, dimension, data);
        using var cpu = new CpuDevice(1);
        using var reference = new ReferenceDevice();
        Assert.InRange(model.Difference(cpu, 1), 0, 1e-11);
        Assert.InRange(model.Difference(cpu, 12), 0, 1e-9);
        Assert.InRange(model.Difference(reference, 3), 0, 1e-10);
    }

    /// <summary>Topic models.</summary>
    [Fact]
    public void TopicModelsAgree()
    {
        var model = new TopicModel(30);
        using var cpu = new CpuDevice(1);
        using var reference = new ReferenceDevice();
        Assert.InRange(model.Difference(cpu, 1), 0, 1e-11);
        Assert.InRange(model.Difference(cpu, 12), 0, 1e-9);
        Assert.InRange(model.Difference(reference, 3), 0, 1e-10);
    }
}
