using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>A benchmark of exponential families: plates of 65,536 variables.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class NaturalParametersBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of variables.</summary>
    protected const int Variables = 1 << 16;

    private readonly Dictionary<Type, (DeviceTensor<T> Eta, DeviceTensor<T> Output)> _plates = [];

    /// <summary>The kernels.</summary>
    protected NaturalParameterKernels<T> NaturalParameters => Device.NaturalParameters<T>();

    /// <summary>A number for every variable.</summary>
    protected DeviceTensor<T> Divergences { get; private set; } = null!;

    /// <summary>Natural parameters of a family, and room for as many results.</summary>
    protected (DeviceTensor<T> Eta, DeviceTensor<T> Output) Plate<TFamily>()
        where TFamily : struct, IExponentialFamily
        => _plates[typeof(TFamily)];

    /// <inheritdoc/>
    protected override void Prepare()
    {
        Divergences = Allocate(Variables);
        Add<Gaussian>(2, row => row == 0 ? 0.5 : -1.5);
        Add<Gamma>(2, row => row == 0 ? 3 : -1.5);
        Add<Dirichlet>(8, _ => 2);
        Add<Categorical>(8, _ => 0);
        Add<MultivariateGaussian>(20, row => row >= 4 && (row - 4) % 5 == 0 ? -2.5 : 0);
    }

    // A centre for every row, and random numbers of up to ½ beside it.
    private void Add<TFamily>(int rows, Func<int, double> centre)
        where TFamily : struct, IExponentialFamily
    {
        var values = Shapes.Random<T>((long)rows * Variables, rows);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateTruncating(centre(i / Variables) + 0.5 * double.CreateTruncating(values[i]));
        }

        _plates.Add(typeof(TFamily), (Own(Device.Upload(values, rows, Variables)), Allocate(rows, Variables)));
    }
}
