using Native.Kernels;

namespace Native.Models;

/// <summary>
/// A whole model, or a structured part of one, as one factor: a posterior of several parts, found by coordinate descent on the free energy <c>F = E_q[log q] - E_q[log p(x, z)] = -ELBO</c>, all constants included (Winn and Bishop 2005).
/// It runs as any factor does:
/// <code>
/// using var graph = new VariationalGraph&lt;double&gt;(device).Add(model);
/// using var inference = new VariationalInference&lt;double&gt;(graph);
/// inference.Run();
/// </code>
/// A sweep updates every part of the posterior once, in the order that the model states; each update is the minimum of <c>F</c> over that part, so that <c>F</c> never rises,
/// unless the model says otherwise.
/// </summary>
/// <remarks>In double, in the thread that calls; a sweep allocates nothing. The result of a sweep depends on the state before it alone. The graph owns the model's memory: its posterior is read before the graph is disposed.</remarks>
public abstract unsafe class VariationalBlock : FactorArray<double>
{
    private readonly DeviceTensor<double> _posterior;

    private protected VariationalBlock(Device device, string name, int parameters, params IReadOnlyList<VariableArray<double>> variables)
        : base(device, name, "block", 1, variables)
    {
        _posterior = device.Allocate<double>(parameters);
        if (_posterior.Pointer is null)
        {
            _posterior.Dispose();
            throw new NotSupportedException($"device: {name} needs a device whose memory the host can read, but got {device.Name}.");
        }
    }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<KeyValuePair<string, DeviceTensor<double>>> State => [new("posterior", _posterior)];

    /// <summary>All parameters of the posterior, one part after another: everything that the next sweep and the model's properties depend on.</summary>
    private protected Span<double> Parameters => new(_posterior.Pointer, (int)_posterior.Count);

    /// <inheritdoc/>
    public sealed override bool HasOwnPosterior => true;

    /// <inheritdoc/>
    public override void AddMessage(VariableArray<double> target, DeviceMatrix<double> natural) => throw new NotSupportedException($"{Name}: this factor touches no variable.");

    /// <inheritdoc/>
    public sealed override void FreeEnergy(DeviceMatrix<double> term) => Device.Dense<double>().Fill(term, ComputeFreeEnergy());

    /// <inheritdoc/>
    protected sealed override void Dispose(bool disposing) => _posterior.Dispose();

    private protected abstract double ComputeFreeEnergy();

    /// <summary>Cholesky of a precision; the message of a failure names the variable.</summary>
    private protected static void Factorise(Span<double> precision, int dimension, string variable, int index = -1)
    {
        if (!SmallMatrix.Factorise(precision, dimension))
        {
            throw NotPositiveDefinite(variable, index);
        }
    }

    private protected static InvalidOperationException NotPositiveDefinite(string variable, int index) =>
        new($"the precision of {(index < 0 ? variable : $"{variable}[{index}]")} is not positive definite");

    private protected static double[] Finite(ReadOnlySpan<double> numbers, long count, string name)
    {
        if (numbers.Length != count)
        {
            throw new ArgumentException($"{name}: expected {count} numbers, but got {numbers.Length}.", name);
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            if (!double.IsFinite(numbers[i]))
            {
                throw new ArgumentException($"{name}[{i}]: expected a finite number, but got {numbers[i]}.", name);
            }
        }

        return [.. numbers];
    }

    private protected static double[] Positive(ReadOnlySpan<double> numbers, long count, string name)
    {
        var copy = Finite(numbers, count, name);
        for (var i = 0; i < copy.Length; i++)
        {
            if (copy[i] <= 0)
            {
                throw new ArgumentException($"{name}[{i}]: expected a number above 0, but got {copy[i]}.", name);
            }
        }

        return copy;
    }

    /// <summary>A precision matrix, symmetric and positive definite; with <c>½ log det</c>.</summary>
    private protected static double[] Precision(ReadOnlySpan<double> matrix, int dimension, string name, out double halfLogDeterminant)
    {
        var copy = Finite(matrix, (long)dimension * dimension, name);
        double[] factor = [.. copy];
        if (!SmallMatrix.IsSymmetric(copy, dimension) || !SmallMatrix.Factorise(factor, dimension))
        {
            throw new ArgumentException($"{name}: expected a symmetric and positive definite matrix, but got [{string.Join(", ", copy)}].", name);
        }

        halfLogDeterminant = SmallMatrix.LogDiagonal(factor, dimension);
        return copy;
    }

    /// <summary>Which plates count, all when nothing is given; numbers of the others are not looked at and become 0.</summary>
    private protected static bool[] Observed(ReadOnlySpan<bool> observed, int count)
    {
        if (observed.IsEmpty)
        {
            var all = new bool[count];
            Array.Fill(all, true);
            return all;
        }

        return observed.Length == count
            ? [.. observed]
            : throw new ArgumentException($"observed: expected {count} flags or none, but got {observed.Length}.", nameof(observed));
    }

    /// <summary>The numbers, with 0 where a number is missing; <paramref name="width"/> numbers a flag.</summary>
    private protected static double[] Present(ReadOnlySpan<double> numbers, ReadOnlySpan<bool> observed, int width, string name)
    {
        if (numbers.Length != (long)observed.Length * width)
        {
            throw new ArgumentException($"{name}: expected {(long)observed.Length * width} numbers, but got {numbers.Length}.", name);
        }

        double[] copy = [.. numbers];
        for (var i = 0; i < copy.Length; i++)
        {
            if (!observed[i / width])
            {
                copy[i] = 0;
            }
        }

        return Finite(copy, copy.Length, name);
    }
}
