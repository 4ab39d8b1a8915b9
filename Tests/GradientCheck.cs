using Native.Kernels;
using Native.Kernels.Reference;

namespace Native.Tests;

/// <summary>Gradients against central finite differences of <c>Σ cotangent ⊙ output</c>, in double.</summary>
internal static class GradientCheck
{
    // Truncation h²·f''' and rounding ε·f/h are both about 1e-10 for values and derivatives around 1.
    private const double Step = 1e-5;
    private const double Tolerance = 2e-7;

    /// <summary>Checks every <c>grad/x</c> that a kernel call produces on the reference device.</summary>
    public static void Run(KernelCall call, Sizes sizes)
    {
        if (!call.Accepts(sizes))
        {
            return;
        }

        using var device = new ReferenceDevice();
        var (inputs, results) = Evaluate(call, device, sizes, null);
        var gradients = results.Where(result => result.Name.StartsWith("grad/", StringComparison.Ordinal)).ToList();
        Assert.True(gradients.Count > 0, $"{call.Name}: no gradient to check.");
        foreach (var gradient in gradients)
        {
            var input = gradient.Name["grad/".Length..];
            Run(inputs[input], gradient.Values, () => Value(Evaluate(call, device, sizes, inputs)), $"{call.Name}, {sizes}: {gradient.Name}");
        }
    }

    /// <summary>Checks one gradient: <paramref name="value"/> is evaluated with every element of <paramref name="input"/> moved up and down in place.</summary>
    /// <param name="input">What the gradient is with respect to; as it was at the end.</param>
    /// <param name="gradient">The gradient to check.</param>
    /// <param name="value">The value as a function of the current contents of <paramref name="input"/>.</param>
    /// <param name="what">Named in failures.</param>
    public static void Run(double[] input, double[] gradient, Func<double> value, string what)
    {
        var expected = new double[input.Length];
        for (var i = 0; i < input.Length; i++)
        {
            var kept = input[i];
            input[i] = kept + Step;
            var above = value();
            input[i] = kept - Step;
            var below = value();
            input[i] = kept;
            expected[i] = (above - below) / (2 * Step);
        }

        Contract.AssertClose(gradient, expected, Tolerance, what);
    }

    private static (Dictionary<string, double[]> Inputs, List<CallResult> Results) Evaluate(KernelCall call, Device device, Sizes sizes, Dictionary<string, double[]>? inputs)
    {
        using var bench = new Workbench<double>(device, sizes, Layout.Contiguous, Values.Smooth, inputs, gradientsFromZero: true);
        call.Run(bench);
        return (bench.Inputs(), bench.Results(call.Name));
    }

    private static double Value((Dictionary<string, double[]> Inputs, List<CallResult> Results) evaluation)
    {
        var sum = 0.0;
        foreach (var result in evaluation.Results)
        {
            if (evaluation.Inputs.TryGetValue($"cotangent/{result.Name}", out var cotangent))
            {
                for (var i = 0; i < cotangent.Length; i++)
                {
                    // An empty segment is -∞ whatever the inputs are.
                    sum += double.IsFinite(result.Values[i]) ? cotangent[i] * result.Values[i] : 0;
                }
            }
        }

        return sum;
    }
}
