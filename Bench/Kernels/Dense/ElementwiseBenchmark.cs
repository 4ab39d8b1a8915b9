using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>Elementwise</c>: fill, copy and scaled sum.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ElementwiseBenchmark<T> : DenseBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private DeviceTensor<T> _x = null!;
    private DeviceTensor<T> _output = null!;

    [Benchmark]
    public void Fill()
    {
        Dense.Fill(_output, T.One);
        Device.Synchronize();
    }

    [Benchmark]
    public void Copy()
    {
        Dense.Copy(_x, _output);
        Device.Synchronize();
    }

    [Benchmark]
    public void AddScaled()
    {
        Dense.AddScaled(T.One, _x, T.One, _output);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        _x = Random(Rows, Features);
        _output = Allocate(Rows, Features);
    }
}
