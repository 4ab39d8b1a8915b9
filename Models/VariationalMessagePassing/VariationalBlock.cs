namespace Native.Models;

/// <summary>
/// A model whose posterior is found by coordinate descent on the free energy <c>F = E_q[log q] - E_q[log p(x, z)] = -ELBO</c>, all constants included (Winn and Bishop 2005).
/// A sweep updates every part of the posterior once, in the order that the model states; each update is the minimum of <c>F</c> over that part, so that <c>F</c> never rises,
/// unless the model says otherwise.
/// </summary>
/// <remarks>In double, in the thread that calls; a sweep allocates nothing. The result of a sweep does not depend on anything but the state before it.</remarks>
public abstract class VariationalBlock
{
    // What rounding may add to F in a sweep, relative to 1 + |F|.
    private const double RoundingOfFreeEnergy = 1e-10;

    private readonly double[] _state;
    private readonly double[] _before;

    private protected VariationalBlock(int parameters)
    {
        _state = new double[parameters];
        _before = new double[parameters];
    }

    /// <summary><c>F</c> after the last sweep; NaN before the first.</summary>
    public double FreeEnergy { get; private set; } = double.NaN;

    /// <summary>Number of sweeps so far.</summary>
    public int Sweeps { get; private set; }

    /// <summary>Number of sweeps in which <c>F</c> rose by more than rounding; only models without a promise of descent get past the first.</summary>
    public int Rises { get; private set; }

    /// <summary>All parameters of the posterior, one part after another: everything that the next sweep and the model's properties depend on.</summary>
    private protected Span<double> State => _state;

    /// <summary>Whether a rise of <c>F</c> is an error.</summary>
    private protected virtual bool Descends => true;

    /// <summary>Updates every part of the posterior once.</summary>
    /// <returns>The largest change of a parameter <c>p</c>: <c>max |Δp| / (1 + |p|)</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>F</c> rose or is NaN, or a distribution left its domain: the message names the model, the variable and the sweep; posterior, <c>F</c> and counts stay those of the sweep before.</exception>
    public double Sweep()
    {
        _state.CopyTo(_before, 0);
        Sweeps++;
        try
        {
            Update();
            var energy = ComputeFreeEnergy();
            Rises += Rose(energy) ? 1 : 0;
            FreeEnergy = energy;
        }
        catch
        {
            _before.CopyTo(_state, 0);
            Sweeps--;
            throw;
        }

        var change = 0.0;
        for (var i = 0; i < _state.Length; i++)
        {
            change = Math.Max(change, Math.Abs(_state[i] - _before[i]) / (1 + Math.Abs(_state[i])));
        }

        return change;
    }

    /// <summary>Sweeps until both <c>|ΔF| / (1 + |F|)</c> and the change of the parameters are at most the tolerance, or for the given number of sweeps.</summary>
    /// <param name="maximumSweeps">Most sweeps, ≥ 0.</param>
    /// <param name="tolerance">Tolerance, finite and ≥ 0.</param>
    /// <param name="onSweep">Called with the number of the sweep and <c>F</c>; null for none.</param>
    /// <param name="cancellation">Stops between two sweeps; the posterior is that of the last whole one.</param>
    /// <returns>Whether both came to rest.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Sweep"/>.</exception>
    public bool Run(int maximumSweeps = 10_000, double tolerance = 1e-10, Action<int, double>? onSweep = null, CancellationToken cancellation = default)
    {
        Require.AtLeastZero(maximumSweeps);
        Require.AtLeastZero(tolerance);
        for (var sweep = 0; sweep < maximumSweeps; sweep++)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = FreeEnergy;
            var change = Sweep();
            onSweep?.Invoke(Sweeps, FreeEnergy);
            if (change <= tolerance && Math.Abs(FreeEnergy - before) <= tolerance * (1 + Math.Abs(FreeEnergy)))
            {
                return true;
            }
        }

        return false;
    }

    private bool Rose(double energy)
    {
        if (double.IsNaN(energy))
        {
            throw new InvalidOperationException($"{GetType().Name}, sweep {Sweeps}: the free energy is NaN.");
        }

        var rose = energy - FreeEnergy > RoundingOfFreeEnergy * (1 + Math.Abs(energy));
        return rose && Descends
            ? throw new InvalidOperationException($"{GetType().Name}, sweep {Sweeps}: the free energy rose from {FreeEnergy} to {energy}.")
            : rose;
    }

    private protected abstract void Update();

    private protected abstract double ComputeFreeEnergy();

    /// <summary>Cholesky of a precision; the message of a failure names the variable.</summary>
    private protected void Factorise(Span<double> precision, int dimension, string variable, int index = -1)
    {
        if (!SmallMatrix.Factorise(precision, dimension))
        {
            throw new InvalidOperationException($"{GetType().Name}, sweep {Sweeps}: the precision of {(index < 0 ? variable : $"{variable}[{index}]")} is not positive definite.");
        }
    }

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
