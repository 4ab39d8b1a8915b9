namespace Native.Models;

/// <summary>The exact posterior of a <see cref="GaussianTree"/>: means, covariances, and the covariances of neighbours.</summary>
public sealed class GaussianTreeBeliefs
{
    private readonly int[] _dimension;
    private readonly int[] _vectorOffset;
    private readonly int[] _matrixOffset;
    private readonly double[] _means;
    private readonly double[] _covariances;
    private readonly int[] _parent;
    private readonly double[][] _gains;

    internal GaussianTreeBeliefs(int[] dimension, int[] vectorOffset, int[] matrixOffset, double[] means, double[] covariances, int[] parent, double[][] gains, double logPartition)
    {
        (_dimension, _vectorOffset, _matrixOffset, _means, _covariances, _parent, _gains) = (dimension, vectorOffset, matrixOffset, means, covariances, parent, gains);
        LogPartition = logPartition;
    }

    /// <summary>The log of the integral of the product of all factors: for priors, transitions and observations <c>log p(observations)</c>.</summary>
    public double LogPartition { get; }

    /// <summary>Posterior mean of a variable, <c>[d]</c>.</summary>
    /// <param name="variable">The variable.</param>
    public ReadOnlySpan<double> Mean(int variable) => _means.AsSpan(_vectorOffset[variable], _dimension[variable]);

    /// <summary>Posterior covariance of a variable, <c>[d, d]</c>.</summary>
    /// <param name="variable">The variable.</param>
    public ReadOnlySpan<double> Covariance(int variable) => _covariances.AsSpan(_matrixOffset[variable], _dimension[variable] * _dimension[variable]);

    /// <summary>Posterior covariance between two variables that a factor joins, <c>[d_first, d_second]</c>.</summary>
    /// <param name="first">A variable.</param>
    /// <param name="second">Its neighbour.</param>
    /// <exception cref="ArgumentException">No factor joins the two.</exception>
    public double[] CrossCovariance(int first, int second)
    {
        if (_parent[first] != second)
        {
            return _parent[second] == first
                ? SmallMatrix.Transpose(CrossCovariance(second, first), _dimension[second], _dimension[first])
                : throw new ArgumentException($"second: expected a variable that a factor joins to variable {first}, but got {second}.", nameof(second));
        }

        // x = P⁻¹h - G x_parent + noise
        int d = _dimension[first], e = _dimension[second];
        var cross = new double[d * e];
        SmallMatrix.AddProduct(-1, _gains[first], Covariance(second), d, e, e, cross);
        return cross;
    }
}
