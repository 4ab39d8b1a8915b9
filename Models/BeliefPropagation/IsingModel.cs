using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Spins ±1 on a grid with a free border: <c>p(s) ∝ exp(Σ_i θ_i s_i + Σ_ij J_ij s_i s_j)</c>, the sum over pairs of neighbours. Immutable; validated when built.
/// </summary>
public sealed class IsingModel
{
    // The transfer matrix keeps one number per state of a row; twenty spins are a million.
    private const int WidestRow = 20;

    private readonly double[] _field;
    private readonly double[] _right;
    private readonly double[] _down;

    /// <summary>Builds a model.</summary>
    /// <param name="rows">Number of rows <c>R</c>, ≥ 1.</param>
    /// <param name="columns">Number of columns <c>C</c>, ≥ 1.</param>
    /// <param name="field"><c>θ</c> of every spin, <c>[R, C]</c>, finite.</param>
    /// <param name="right"><c>J</c> between every spin and its right neighbour, <c>[R, C]</c>, finite; the last column is not used.</param>
    /// <param name="down"><c>J</c> between every spin and the one below, <c>[R, C]</c>, finite; the last row is not used.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a number is not finite; the message names the argument.</exception>
    public IsingModel(int rows, int columns, ReadOnlySpan<double> field, ReadOnlySpan<double> right, ReadOnlySpan<double> down)
    {
        Rows = Require.Positive(rows);
        Columns = Require.Positive(columns);
        _field = Copy(field, nameof(field));
        _right = Copy(right, nameof(right));
        _down = Copy(down, nameof(down));

        double[] Copy(ReadOnlySpan<double> numbers, string name)
        {
            if (numbers.Length != (long)rows * columns)
            {
                throw new ArgumentException($"{name}: expected {rows} x {columns} = {(long)rows * columns} numbers, but got {numbers.Length}.", name);
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
    }

    /// <summary>Number of rows <c>R</c>.</summary>
    public int Rows { get; }

    /// <summary>Number of columns <c>C</c>.</summary>
    public int Columns { get; }

    /// <summary><c>θ [R, C]</c>.</summary>
    public ReadOnlySpan<double> Field => _field;

    /// <summary><c>J</c> to the right, <c>[R, C]</c>.</summary>
    public ReadOnlySpan<double> Right => _right;

    /// <summary><c>J</c> downwards, <c>[R, C]</c>.</summary>
    public ReadOnlySpan<double> Down => _down;

    /// <summary>The same model as a general factor graph: spin <c>i</c> is variable <c>i</c>, state 0 is -1 and state 1 is +1; a factor for every field and for every pair.</summary>
    public DiscreteFactorGraph ToFactorGraph()
    {
        var builder = new DiscreteFactorGraphBuilder();
        var spins = builder.Variables(Rows * Columns, 2);
        for (var i = 0; i < spins.Length; i++)
        {
            builder.LogFactor([-_field[i], _field[i]], spins[i]);
            if (i % Columns < Columns - 1)
            {
                builder.LogFactor([_right[i], -_right[i], -_right[i], _right[i]], spins[i], spins[i + 1]);
            }

            if (i + Columns < spins.Length)
            {
                builder.LogFactor([_down[i], -_down[i], -_down[i], _down[i]], spins[i], spins[i + Columns]);
            }
        }

        return builder.Build();
    }

    /// <summary>The exact log partition by the transfer matrix: spin by spin, the log weight of every state of the last <c>C</c> spins. Time <c>O(R C 2^C)</c>.</summary>
    /// <exception cref="NotSupportedException">Rows are longer than 20 spins.</exception>
    public double ExactLogPartition()
    {
        if (Columns > WidestRow)
        {
            throw new NotSupportedException($"The exact log partition needs rows of at most {WidestRow} spins, but these have {Columns}.");
        }

        // Bit c of a state is the latest spin of column c; before the first row all are -1, and nothing couples to them.
        var weights = new double[1 << Columns];
        var next = new double[weights.Length];
        Array.Fill(weights, double.NegativeInfinity);
        weights[0] = 0;
        for (var i = 0; i < _field.Length; i++)
        {
            var column = i % Columns;
            for (var state = 0; state < weights.Length; state++)
            {
                var spin = Spin(state, column);
                var weight = spin * _field[i] + (column > 0 ? _right[i - 1] * spin * Spin(state, column - 1) : 0);
                var coupling = i >= Columns ? spin * _down[i - Columns] : 0;
                next[state] = weight + LogSum(weights[state & ~(1 << column)] - coupling, weights[state | (1 << column)] + coupling);
            }

            (weights, next) = (next, weights);
        }

        var total = double.NegativeInfinity;
        foreach (var weight in weights)
        {
            total = LogSum(total, weight);
        }

        return total;

        static double Spin(int state, int column) => (state >> column & 1) == 0 ? -1 : 1;

        static double LogSum(double a, double b)
        {
            var larger = Math.Max(a, b);
            return double.IsNegativeInfinity(larger) ? larger : larger + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));
        }
    }
}
