using Native.Kernels;
using Native.Models;

namespace Native.Tests;

/// <summary>Compares the gradients of a model with central differences, in double on the reference device.</summary>
internal static class ModelGradients
{
    private const double Step = 1e-6;

    // Rounding of sums of about unit size, over twice the step, is about 1e-9; the curvature adds about the square of the step.
    private const double Tolerance = 1e-8;
    private const double RelativeTolerance = 1e-6;

    /// <summary>Checks <c>d Σ cotangent ⊙ output</c> with respect to every parameter and the given inputs.</summary>
    /// <param name="parameters">The parameters; their gradients must be 0; their values are overwritten.</param>
    /// <param name="inputs">Inputs with the gradient that <paramref name="backward"/> fills.</param>
    /// <param name="loss">Runs the model forward and returns <c>Σ cotangent ⊙ output</c>.</param>
    /// <param name="backward">Runs the model backward after <paramref name="loss"/>.</param>
    /// <param name="without">A parameter on which the output does not depend, if there is one.</param>
    public static void Check(
        ParameterSet<double> parameters, (string Name, DeviceTensor<double> Value, DeviceTensor<double> Gradient)[] inputs, Func<double> loss, Action backward, string? without = null)
    {
        // Values of unit size: first values are so small that single units, or all of them, can be dead.
        var seed = 100;
        foreach (var parameter in parameters)
        {
            parameter.Value.Upload(Values(parameter.Value.Count, seed++));
        }

        loss();
        backward();
        foreach (var parameter in parameters)
        {
            Compare(parameter.Name, parameter.Value, parameter.Gradient!.ToArray(), loss, isZero: parameter.Name == without);
        }

        foreach (var (name, value, gradient) in inputs)
        {
            Compare(name, value, gradient.ToArray(), loss, isZero: false);
        }
    }

    /// <summary>Deterministic values of about unit size, with no two equal.</summary>
    public static double[] Values(long count, int seed)
    {
        var random = new Random(seed);
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
        {
            value = 2 * random.NextDouble() - 1;
        }

        return values;
    }

    /// <summary><c>Σ a ⊙ b</c>.</summary>
    public static double Dot(DeviceMatrix<double> a, double[] b)
    {
        var sum = 0.0;
        var view = a.View();
        for (nint i = 0; i < view.Rows; i++)
        {
            for (nint j = 0; j < view.Columns; j++)
            {
                sum += view[i, j] * b[i * view.Columns + j];
            }
        }

        return sum;
    }

    private static void Compare(string name, DeviceTensor<double> tensor, double[] gradient, Func<double> loss, bool isZero)
    {
        // A gradient of zeros would hide whatever is wrong on the way to it.
        var largest = gradient.Select(Math.Abs).Max();
        Assert.True(isZero ? largest < 1e-12 : largest > 1e-4, $"{name}: the largest gradient is {largest}");
        var values = tensor.ToArray();
        for (var k = 0; k < values.Length; k++)
        {
            var kept = values[k];
            values[k] = kept + Step;
            tensor.Upload(values);
            var above = loss();
            values[k] = kept - Step;
            tensor.Upload(values);
            var below = loss();
            values[k] = kept;
            var difference = (above - below) / (2 * Step);
            Assert.True(Math.Abs(difference - gradient[k]) <= Tolerance + RelativeTolerance * largest, $"{name}[{k}]: gradient {gradient[k]}, central difference {difference}");
        }

        tensor.Upload(values);
    }
}
