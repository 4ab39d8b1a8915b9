using System.Numerics;
using Native.Kernels;

namespace Native.Models;

public sealed partial class VariationalGraph<T>
{
    /// <summary>Gaussian variables <c>x ~ N(mean, 1/precision)</c>.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="mean">Gaussian variables, or known.</param>
    /// <param name="precision">Gamma variables, or known, above 0.</param>
    /// <param name="plates">The number of variables; 0 for as many as the parents say.</param>
    /// <exception cref="ArgumentException">A parent is of another family or size: the message says what is supported.</exception>
    public VariableArray<T> Gaussian(string name, Plates<T> mean, Plates<T> precision, int plates = 0)
    {
        var count = Resolve(name, plates, [(mean, 1), (precision, 1)]);
        RequireParent(name, "mean", mean, ExponentialFamily.Gaussian);
        RequireParent(name, "precision", precision, ExponentialFamily.Gamma);
        if (mean.Constants is { } m && precision.Constants is { } t)
        {
            RequireNumbers(name, "mean", m, double.NegativeInfinity);
            RequireNumbers(name, "precision", t, 0);
            return Root<Gaussian>(name, ExponentialFamily.Gaussian, 1, count, 2, (plate, row) => row == 0 ? At(t, plate) * At(m, plate) : -0.5 * At(t, plate));
        }

        var child = new VariableArray<T, Gaussian>(Device, name, ExponentialFamily.Gaussian, 1, count, 2);
        mean = Known<Gaussian>(name, "mean", mean, ExponentialFamily.Gaussian, 1, 2, 1);
        precision = Known<Gamma>(name, "precision", precision, ExponentialFamily.Gamma, 1, 2, 1);
        return Child(child, new ConditionalFactor<T, Gaussian, GaussianConditional>("Gaussian", child, 1, mean, precision, All(count)));
    }

    /// <summary>Gamma variables with a known shape.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="shape">Known, above 0.</param>
    /// <param name="rate">Gamma variables, or known, above 0.</param>
    /// <param name="plates">The number of variables; 0 for as many as the parents say.</param>
    /// <exception cref="ArgumentException">A parent is of another family or size: the message says what is supported.</exception>
    public VariableArray<T> Gamma(string name, Plates<T> shape, Plates<T> rate, int plates = 0)
    {
        var count = Resolve(name, plates, [(shape, 1), (rate, 1)]);
        var a = RequireKnown(name, "shape", shape, 0);
        RequireParent(name, "rate", rate, ExponentialFamily.Gamma);
        if (rate.Constants is { } b)
        {
            RequireNumbers(name, "rate", b, 0);
            return Root<Gamma>(name, ExponentialFamily.Gamma, 1, count, 2, (plate, row) => row == 0 ? At(a, plate) - 1 : -At(b, plate));
        }

        var child = new VariableArray<T, Gamma>(Device, name, ExponentialFamily.Gamma, 1, count, 2);
        var shapes = new KnownNumbers<T>(Device, $"{name}.shape", a.Length) { IsKnown = true };
        return Child(child, new ConditionalFactor<T, Gamma, GammaConditional>("Gamma", child, 1, rate, AddKnown(shapes, a), All(count)));
    }

    /// <summary>Beta variables with known parameters.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="a">Known, above 0.</param>
    /// <param name="b">Known, above 0.</param>
    /// <param name="plates">The number of variables; 0 for as many as the parameters say.</param>
    /// <exception cref="ArgumentException">A parameter is no number, or out of range.</exception>
    public VariableArray<T> Beta(string name, Plates<T> a, Plates<T> b, int plates = 0)
    {
        var count = Resolve(name, plates, [(a, 1), (b, 1)]);
        double[] first = RequireKnown(name, "a", a, 0), second = RequireKnown(name, "b", b, 0);
        return Root<Beta>(name, ExponentialFamily.Beta, 1, count, 2, (plate, row) => At(row == 0 ? first : second, plate) - 1);
    }

    /// <summary>Dirichlet variables with known concentrations.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="alpha">Concentrations <c>[plates, V]</c>, row after row, above 0.</param>
    /// <param name="plates">The number of variables.</param>
    /// <exception cref="ArgumentException">A concentration is out of range, or their number is no multiple of the plates.</exception>
    public VariableArray<T> Dirichlet(string name, double[] alpha, int plates = 1)
    {
        Require.Positive(plates);
        ArgumentNullException.ThrowIfNull(alpha);
        RequireNumbers(name, "alpha", alpha, 0);
        if (alpha.Length == 0 || alpha.Length % plates != 0)
        {
            throw new ArgumentException($"alpha: expected a multiple of {plates} concentrations for {name}, but got {alpha.Length}.", nameof(alpha));
        }

        var outcomes = alpha.Length / plates;
        return Root<Dirichlet>(name, ExponentialFamily.Dirichlet, outcomes, plates, outcomes, (plate, row) => alpha[plate * outcomes + row] - 1);
    }

    /// <summary>Dirichlet variables with one concentration for all outcomes.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="alpha">The concentration, above 0.</param>
    /// <param name="outcomes">The number of outcomes.</param>
    /// <param name="plates">The number of variables.</param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public VariableArray<T> Dirichlet(string name, double alpha, int outcomes, int plates = 1)
    {
        var all = new double[checked(Require.Positive(outcomes) * Require.Positive(plates))];
        Array.Fill(all, alpha);
        return Dirichlet(name, all, plates);
    }

    /// <summary>Vectors <c>x ~ N(mean, precision⁻¹)</c>.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="mean">Multivariate Gaussian variables, or known: <c>[plates, p]</c>, or one row for all.</param>
    /// <param name="precision">Wishart variables, or known: symmetric and positive definite, <c>[plates, p, p]</c>, or one matrix for all.</param>
    /// <param name="plates">The number of variables; 0 for as many as the parents say (1 where both are known).</param>
    /// <exception cref="ArgumentException">A parent is of another family or size: the message says what is supported.</exception>
    public VariableArray<T> MultivariateGaussian(string name, Plates<T> mean, Plates<T> precision, int plates = 0)
    {
        RequireParent(name, "mean", mean, ExponentialFamily.MultivariateGaussian);
        RequireParent(name, "precision", precision, ExponentialFamily.Wishart);
        var p = mean.Variable?.Dimension ?? precision.Variable?.Dimension ?? KnownDimension(mean.Constants!, precision.Constants!, plates);
        p = Math.Max(1, p);
        RequireDimension(name, "mean", mean, p);
        RequireDimension(name, "precision", precision, p);
        var count = Resolve(name, plates, [(mean, p), (precision, p * p)]);
        if (precision.Constants is { } matrices)
        {
            RequireMatrices(name, "precision", matrices, p);
        }

        if (mean.Constants is { } m && precision.Constants is { } t)
        {
            RequireNumbers(name, "mean", m, double.NegativeInfinity);
            int mRow = m.Length == p ? 0 : p, tRow = t.Length == p * p ? 0 : p * p;
            return Root<MultivariateGaussian>(name, ExponentialFamily.MultivariateGaussian, p, count, p + p * p, (plate, row) => row < p
                ? SmallMatrix.Dot(t.AsSpan(plate * tRow + row * p, p), m.AsSpan(plate * mRow, p))
                : -0.5 * t[plate * tRow + row - p]);
        }

        var child = new VariableArray<T, MultivariateGaussian>(Device, name, ExponentialFamily.MultivariateGaussian, p, count, p + p * p);
        mean = Known<MultivariateGaussian>(name, "mean", mean, ExponentialFamily.MultivariateGaussian, p, p + p * p, p);
        precision = Known<Wishart>(name, "precision", precision, ExponentialFamily.Wishart, p, 1 + p * p, p * p);
        return Child(child, new ConditionalFactor<T, MultivariateGaussian, MultivariateGaussianConditional>("MultivariateGaussian", child, p, mean, precision, All(count)));
    }

    /// <summary>Wishart matrices with known parameters; the mean is <c>dof · inverseScale⁻¹</c>.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="dof">Degrees of freedom, above <c>p - 1</c>; one for each, or one for all.</param>
    /// <param name="inverseScale">Symmetric and positive definite, <c>[plates, p, p]</c>.</param>
    /// <param name="plates">The number of variables.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public VariableArray<T> Wishart(string name, Plates<T> dof, double[] inverseScale, int plates = 1)
    {
        Require.Positive(plates);
        ArgumentNullException.ThrowIfNull(inverseScale);
        var p = (int)Math.Sqrt(inverseScale.Length / plates);
        if (p == 0 || p * p * plates != inverseScale.Length)
        {
            throw new ArgumentException($"inverseScale: expected {plates} square matrices for {name}, but got {inverseScale.Length} numbers.", nameof(inverseScale));
        }

        RequireMatrices(name, "inverseScale", inverseScale, p);
        var nu = RequireKnown(name, "dof", dof, p - 1);
        Resolve(name, plates, [(dof, 1)]);
        return Root<Wishart>(name, ExponentialFamily.Wishart, p, plates, 1 + p * p, (plate, row) => row == 0 ? 0.5 * (At(nu, plate) - p - 1) : -0.5 * inverseScale[plate * p * p + row - 1]);
    }

    /// <summary>Categorical variables.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="probabilities">Dirichlet variables, or the known probabilities of one distribution for all.</param>
    /// <param name="plates">The number of variables; 0 for as many as the parent says.</param>
    /// <exception cref="ArgumentException">The parent is of another family or size: the message says what is supported.</exception>
    public VariableArray<T> Categorical(string name, Plates<T> probabilities, int plates = 0)
    {
        RequireParent(name, "probabilities", probabilities, ExponentialFamily.Dirichlet);
        var outcomes = probabilities.Variable?.Dimension ?? probabilities.Constants!.Length;
        var count = Resolve(name, plates, [(probabilities, outcomes)]);
        var child = new VariableArray<T, Categorical>(Device, name, ExponentialFamily.Categorical, outcomes, count, outcomes);
        probabilities = Known<Dirichlet>(name, "probabilities", probabilities, ExponentialFamily.Dirichlet, outcomes, outcomes, outcomes);
        return Child(child, new ConditionalFactor<T, Categorical, CategoricalConditional>("Categorical", child, outcomes, probabilities, default, All(count)));
    }

    /// <summary>Bernoulli variables.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="probability">Beta variables, or known, in (0, 1).</param>
    /// <param name="plates">The number of variables; 0 for as many as the parent says.</param>
    /// <exception cref="ArgumentException">The parent is of another family or size: the message says what is supported.</exception>
    public VariableArray<T> Bernoulli(string name, Plates<T> probability, int plates = 0)
    {
        RequireParent(name, "probability", probability, ExponentialFamily.Beta);
        var count = Resolve(name, plates, [(probability, 1)]);
        var child = new VariableArray<T, Bernoulli>(Device, name, ExponentialFamily.Bernoulli, 1, count, 1);
        probability = Known<Beta>(name, "probability", probability, ExponentialFamily.Beta, 1, 2, 1);
        return Child(child, new ConditionalFactor<T, Bernoulli, BernoulliConditional>("Bernoulli", child, 1, probability, default, All(count)));
    }

    /// <summary>Poisson counts; they have to be observed.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="rate">Gamma variables, or known, above 0.</param>
    /// <param name="plates">The number of variables; 0 for as many as the parent says.</param>
    /// <exception cref="ArgumentException">The parent is of another family or size: the message says what is supported.</exception>
    public VariableArray<T> Poisson(string name, Plates<T> rate, int plates = 0)
    {
        RequireParent(name, "rate", rate, ExponentialFamily.Gamma);
        var count = Resolve(name, plates, [(rate, 1)]);
        var child = new VariableArray<T, Poisson>(Device, name, ExponentialFamily.Poisson, 1, count, 1);
        rate = Known<Gamma>(name, "rate", rate, ExponentialFamily.Gamma, 1, 2, 1);
        return Child(child, new ConditionalFactor<T, Poisson, PoissonConditional>("Poisson", child, 1, rate, default, All(count)));
    }

    /// <summary>
    /// A mixture of components with one parent each: Categorical of Dirichlet variables (a topic model), Bernoulli of Beta variables, or Poisson of Gamma variables. It has to be observed.
    /// </summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="gate">The Categorical that chooses the component of every plate.</param>
    /// <param name="parameter">The parameters of the components, one for each or one for all.</param>
    /// <exception cref="ArgumentException">A parent is of another family or size: the message says what is supported.</exception>
    public VariableArray<T> Mixture(string name, VariableArray<T> gate, VariableArray<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var range = RequireGate(name, gate, [("parameter", parameter)]);
        switch (parameter.Family)
        {
            case ExponentialFamily.Dirichlet:
                var outcome = new VariableArray<T, Categorical>(Device, name, ExponentialFamily.Categorical, parameter.Dimension, range.Count, parameter.Dimension);
                return Child(outcome, new TopicFactor<T>(outcome, gate, parameter, range));
            case ExponentialFamily.Beta:
                var flag = new VariableArray<T, Bernoulli>(Device, name, ExponentialFamily.Bernoulli, 1, range.Count, 1);
                return Child(flag, new MixtureFactor<T, Bernoulli, BernoulliConditional>(flag, gate, 1, parameter, default, range));
            case ExponentialFamily.Gamma:
                var number = new VariableArray<T, Poisson>(Device, name, ExponentialFamily.Poisson, 1, range.Count, 1);
                return Child(number, new MixtureFactor<T, Poisson, PoissonConditional>(number, gate, 1, parameter, default, range));
            default:
                throw new ArgumentException($"parameter: {name} has no components with the parameter {parameter}. {Supported}", nameof(parameter));
        }
    }

    /// <summary>A mixture of Gaussians, or of multivariate Gaussians. It has to be observed.</summary>
    /// <param name="name">A name, unique in the graph.</param>
    /// <param name="gate">The Categorical that chooses the component of every plate.</param>
    /// <param name="mean">Means of the components: Gaussian, or multivariate Gaussian; one for each or one for all.</param>
    /// <param name="precision">Precisions of the components: Gamma, or Wishart; one for each or one for all.</param>
    /// <exception cref="ArgumentException">A parent is of another family or size: the message says what is supported.</exception>
    public VariableArray<T> Mixture(string name, VariableArray<T> gate, VariableArray<T> mean, VariableArray<T> precision)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(precision);
        var range = RequireGate(name, gate, [("mean", mean), ("precision", precision)]);
        var isScalar = mean.Family == ExponentialFamily.Gaussian;
        RequireParent(name, "mean", mean, isScalar ? ExponentialFamily.Gaussian : ExponentialFamily.MultivariateGaussian);
        RequireParent(name, "precision", precision, isScalar ? ExponentialFamily.Gamma : ExponentialFamily.Wishart);
        if (isScalar)
        {
            var number = new VariableArray<T, Gaussian>(Device, name, ExponentialFamily.Gaussian, 1, range.Count, 2);
            return Child(number, new MixtureFactor<T, Gaussian, GaussianConditional>(number, gate, 1, mean, precision, range));
        }

        var p = mean.Dimension;
        RequireDimension(name, "precision", precision, p);
        var vector = new VariableArray<T, MultivariateGaussian>(Device, name, ExponentialFamily.MultivariateGaussian, p, range.Count, p + p * p);
        return Child(vector, new MixtureFactor<T, MultivariateGaussian, MultivariateGaussianConditional>(vector, gate, p, mean, precision, range));
    }
}
