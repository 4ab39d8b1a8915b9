using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Everything a family offers, and the standard parameters there and back. Files hold a row per variable, the kernels a row per parameter.</summary>
internal sealed class NaturalParametersSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var visitor = new Visitor<T> { Run = run };
        run.Case.Option<ExponentialFamily>("family").Dispatch(ref visitor);
    }

    private struct Visitor<T> : IExponentialFamilyVisitor
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public CaseRun<T> Run;

        public readonly void Visit<TFamily>()
            where TFamily : struct, IExponentialFamily
        {
            var run = Run;
            var kernels = run.NaturalParameters;
            var eta = run.Columns("eta");
            var n = eta.Columns;

            var vector = run.Overwritten(n);
            kernels.LogPartition<TFamily>(eta, vector);
            run.Output("log_partition", vector);

            var mean = run.Overwritten(eta.Shape);
            kernels.ExpectedStatistics<TFamily>(eta, mean);
            run.OutputColumns("mean", mean);

            if (TFamily.HasEntropy)
            {
                vector = run.Overwritten(n);
                kernels.Entropy<TFamily>(eta, vector);
                run.Output("entropy", vector);
            }

            vector = run.Overwritten(n);
            kernels.KullbackLeibler<TFamily>(eta, run.Columns("eta_p"), vector);
            run.Output("kl", vector);

            vector = run.Overwritten(n);
            kernels.LogDensity<TFamily>(eta, run.Columns("x"), vector);
            run.Output("log_density", vector);

            var standard = run.Overwritten(eta.Shape);
            kernels.ToStandard<TFamily>(eta, standard);
            OutputStandard<TFamily>(standard);

            // η comes back; Categorical up to the constant, which the log partition takes away.
            var back = run.Overwritten(eta.Shape);
            kernels.FromStandard<TFamily>(standard, back);
            vector = run.Overwritten(n);
            kernels.KullbackLeibler<TFamily>(eta, back, vector);
            run.Device.ThrowIfFaulted();
            var divergences = vector.ToArray();
            for (var i = 0; i < divergences.Length; i++)
            {
                var bound = typeof(T) == typeof(double) ? 1e-12 : 1e-4;
                if (!(Math.Abs(double.CreateTruncating(divergences[i])) <= bound))
                {
                    throw new InvalidDataException($"{run.Case.Path}: variable {i}: the standard parameters give another distribution, at a divergence of {divergences[i]}.");
                }
            }
        }

        private readonly void OutputStandard<TFamily>(DeviceTensor<T> standard)
            where TFamily : struct, IExponentialFamily
        {
            var rows = standard.Rows;
            var p = TFamily.DimensionOf(rows);
            (string Name, long Rows)[] parts =
                typeof(TFamily) == typeof(Gaussian) ? [("mean", 1), ("variance", 1)]
                : typeof(TFamily) == typeof(Gamma) ? [("shape", 1), ("rate", 1)]
                : typeof(TFamily) == typeof(Beta) ? [("a", 1), ("b", 1)]
                : typeof(TFamily) == typeof(Dirichlet) ? [("alpha", rows)]
                : typeof(TFamily) == typeof(MultivariateGaussian) ? [("mean", p), ("covariance", (long)p * p)]
                : typeof(TFamily) == typeof(Wishart) ? [("dof", 1), ("scale", (long)p * p)]
                : typeof(TFamily) == typeof(Poisson) ? [("rate", 1)]
                : [("p", rows)];
            long first = 0;
            foreach (var (name, count) in parts)
            {
                Run.OutputColumns($"standard.{name}", ((DeviceMatrix<T>)standard).RowRange(first, count));
                first += count;
            }
        }
    }
}
