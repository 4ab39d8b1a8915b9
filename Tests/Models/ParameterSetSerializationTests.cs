using Native.Kernels;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

public class ParameterSetSerializationTests
{
    [Fact]
    public void SavesAndLoadsEveryParameterAndBuffer()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var device = new ReferenceDevice();
            using var saved = Set<float>(device);
            saved.Save(path);
            using var loaded = Set<double>(device);
            foreach (var parameter in loaded)
            {
                parameter.Value.Clear();
            }

            loaded["layer.weight"].Gradient!.Upload([9, 9, 9, 9, 9, 9]);
            loaded.Load(path);
            Assert.Equal([1, 2, 3, 4, 5, 6], loaded["layer.weight"].Value.ToArray());
            Assert.Equal([7, 8], loaded["layer.bias"].Value.ToArray());
            Assert.Equal([0.1f], loaded["running_mean"].Value.ToArray());
            Assert.Equal([9, 9, 9, 9, 9, 9], loaded["layer.weight"].Gradient!.ToArray());

            saved.Save(path, SafetensorsDataType.BF16);
            loaded.Load(path);
            Assert.Equal([0.10009765625], loaded["running_mean"].Value.ToArray());
            Assert.Throws<ArgumentException>(() => saved.Save(path, SafetensorsDataType.I32));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void APrefixSeparatesSetsInOneFile()
    {
        using var device = new ReferenceDevice();
        using var set = Set<double>(device);
        var writer = new SafetensorsWriter();
        writer.Add(set, "param/");
        writer.Add("input/x", [1], [1.0]);
        var file = Load(writer);
        foreach (var parameter in set)
        {
            parameter.Value.Clear();
        }

        set.Load(file, "param/");
        Assert.Equal([7, 8], set["layer.bias"].Value.ToArray());
        Assert.Contains("Missing: 'layer.weight', 'layer.bias', 'running_mean'. Extra: ", Assert.Throws<InvalidDataException>(() => set.Load(file)).Message);
    }

    [Fact]
    public void PassesOverTheStepCountersOfPyTorch()
    {
        using var device = new ReferenceDevice();
        using var set = Set<double>(device);
        var writer = new SafetensorsWriter();
        writer.Add(set);
        writer.Add("norm.num_batches_tracked", [], [12L]);
        set.Load(Load(writer));

        writer.Add("norm.other_counter", [], [12L]);
        Assert.Contains("Extra: 'norm.other_counter'.", Assert.Throws<InvalidDataException>(() => set.Load(Load(writer))).Message);
    }

    [Fact]
    public void NamesEverythingThatDoesNotMatchAndLoadsNothing()
    {
        using var device = new ReferenceDevice();
        using var set = Set<float>(device);
        set.Add("exponent", 2);
        set.Add("index", 1);
        var writer = new SafetensorsWriter();
        writer.Add("layer.bias", [2], [-1f, -1f]);
        writer.Add("layer.weight", [3, 2], new float[6]);
        writer.Add("exponent", [2], [1, 1e300]);
        writer.Add("index", [1], [1L]);
        writer.Add("surplus", [1], [1f]);

        var message = Assert.Throws<InvalidDataException>(() => set.Load(Load(writer))).Message;
        Assert.Contains("the source", message);
        Assert.Contains("Missing: 'running_mean'.", message);
        Assert.Contains("Extra: 'surplus'.", message);
        Assert.Contains("Wrongly shaped: 'layer.weight' (expected [2, 3], but got [3, 2]).", message);
        Assert.Contains("'exponent': element 1 is 1E+300", message);
        Assert.Contains("'index': expected dtype F16, BF16, F32 or F64", message);
        Assert.Equal([7, 8], set["layer.bias"].Value.ToArray());
    }

    [Fact]
    public void ADisposedTensorIsRefusedBeforeAnythingIsLoaded()
    {
        using var device = new ReferenceDevice();
        using var set = Set<double>(device);
        var writer = new SafetensorsWriter();
        writer.Add(set);
        set["layer.weight"].Value.Clear();
        set["running_mean"].Value.Dispose();
        Assert.Throws<ObjectDisposedException>(() => set.Load(Load(writer)));
        Assert.Equal(new double[6], set["layer.weight"].Value.ToArray());
    }

    private static ParameterSet<T> Set<T>(Device device)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var set = new ParameterSet<T>(device);
        set.Add("layer.weight", 2, 3).Value.Upload([T.One, Number<T>(2), Number<T>(3), Number<T>(4), Number<T>(5), Number<T>(6)]);
        set.Add("layer.bias", 2).Value.Upload([Number<T>(7), Number<T>(8)]);
        set.AddBuffer("running_mean", 1).Value.Upload([Number<T>(0.1)]);
        return set;
    }

    private static T Number<T>(double value)
        where T : System.Numerics.INumberBase<T> => T.CreateTruncating(value);

    private static SafetensorsFile Load(SafetensorsWriter writer)
    {
        using var stream = new MemoryStream();
        writer.Save(stream);
        stream.Position = 0;
        return SafetensorsFile.Load(stream, "the source");
    }
}
