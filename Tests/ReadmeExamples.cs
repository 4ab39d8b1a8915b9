using System.Text.RegularExpressions;
using Native.Kernels;
using Native.Kernels.Cpu;
using Native.Kernels.Cuda;
using Native.Kernels.Reference;
using Native.Models;
using Native.Tests;

namespace Native.Examples;

// The examples are the README's, and have no test's cancellation token.
#pragma warning disable xUnit1051

/// <summary>The code in README.md, word for word, run. It changes the current folder, so no other test runs beside it.</summary>
[Collection(nameof(Alone))]
public partial class ReadmeExamples
{
    [Theory]
    [InlineData("README.md", 5, "ReadmeExamples.cs")]
    [InlineData("INFERENCE.md", 5, "InferenceExamples.cs")]
    public void EveryExampleOfADocumentIsRun(string document, int count, string tests)
    {
        var code = Lines(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, tests)));
        var examples = CSharp().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, document)));
        Assert.Equal(count, examples.Count);
        Assert.All(examples, example => Assert.Contains(Lines(example.Groups[1].Value), code));
    }

    [Fact]
    public void Spans()
    {
        float[] x = [1, 2, 3, -1, 0, 1];
        float[] weight = [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1];
        float[] bias = [0, 0, 0, -1];
        var output = new float[8];

        Dense.Linear<Relu, float>(
            new ReadOnlyMatrixView<float>(x, rows: 2, columns: 3),
            new ReadOnlyMatrixView<float>(weight, rows: 4, columns: 3),
            bias,
            new MatrixView<float>(output, rows: 2, columns: 4),
            threads: 2);

        Assert.Equal([1, 2, 3, 5, 0, 0, 1, 0], output);
    }

    [Fact]
    public void DefaultDevice()
    {
        CpuDevice.Register();
        CudaDevice.Register();
        var device = Device.Default;
        Console.WriteLine($"{device.Name} ({device.Description}): {DeviceRegistry.DefaultReason}");

        Assert.True(device.Name is "cuda" or "cpu", device.Name);
    }

    [Fact]
    public void Aggregation()
    {
        using var device = new ReferenceDevice();

        var graph = new Graph(nodes: 3, source: [0, 1, 2, 0], destination: [1, 2, 1, 0]);
        using var edges = device.Upload(graph);
        using var x = device.Upload([1f, -1f, 2f, 0f, 3f, 1f], 3, 2);
        using var mean = device.Allocate<float>(3, 2);
        device.Messages<float>().Aggregate<Mean>(edges, x, weights: null, mean);
        float[] result = mean.ToArray(); // 1 -1, 2 0, 2 0

        Assert.Equal([1, -1, 2, 0, 2, 0], result);
    }

    [Fact]
    public void Training()
    {
        using var device = new ReferenceDevice();
        using var edges = device.Upload(new Graph(nodes: 3, source: [0, 1, 2, 0], destination: [1, 2, 1, 0]));
        using var x = device.Upload([1f, -1f, 2f, 0f, 3f, 1f], 3, 2);
        var before = Directory.GetCurrentDirectory();
        var folder = Directory.CreateTempSubdirectory("readme");
        Directory.SetCurrentDirectory(folder.FullName);
        try
        {
            using var model = new UnifiedMessagePassing<float>(device, widths: [2, 16, 2], hidden: 16, seed: 2);
            using var optimizer = new Adam<float>(model.Parameters, new AdamOptions(LearningRate: 1e-2));
            using var trainer = new Trainer<float>(model, optimizer, new NodeInputs<float>(x, edges), labels: [0, 1, 1], training: [true, true, true]);
            TrainingResult result = trainer.Run();
            int[] classes = trainer.Predict();

            model.Parameters.Save("model.safetensors");
            model.Parameters.Load("model.safetensors");

            Assert.Equal([0, 1, 1], classes);
            Assert.True(result.Best.TrainingLoss < 0.1);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Inference()
    {
        using var device = new ReferenceDevice();
        var before = Directory.GetCurrentDirectory();
        var folder = Directory.CreateTempSubdirectory("readme");
        Directory.SetCurrentDirectory(folder.FullName);
        try
        {
            double[] data = [-2.1, -1.9, -2.4, -2.0, 1.8, 2.2, 2.0, 1.7, 2.3];
            using var model = new VariationalGraph<double>(device);
            var weight = model.Dirichlet("weight", alpha: 1, outcomes: 2);
            var mean = model.Gaussian("mean", mean: 0, precision: 0.01, plates: 2);
            var precision = model.Gamma("precision", shape: 1, rate: 1, plates: 2);
            var component = model.Categorical("component", weight, plates: data.Length);
            var x = model.Mixture("x", component, mean, precision);
            model.Observe(x, data);

            using var inference = new VariationalInference<double>(model);
            VariationalResult result = inference.Run();
            Console.WriteLine($"free energy {result.FreeEnergy:F3} nats after {result.Sweeps} sweeps");
            double[] means = inference.Posterior(mean); // mean and variance of each: about -2.1 and 2.0, in either order
            File.WriteAllText("model.svg", model.Describe().ToSvg());

            Assert.True(result.Converged);
            Assert.Equal(-2.1, Math.Min(means[0], means[2]), 0.1);
            Assert.Equal(2.0, Math.Max(means[0], means[2]), 0.1);
            Assert.StartsWith("<svg", File.ReadAllText("model.svg"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            folder.Delete(recursive: true);
        }
    }

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
