using System.Numerics;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using Native.Kernels;

namespace Native.Tests.Operators;

/// <summary>The operators inside ILGPU kernels: what PTX they become, without a GPU, and what the simulator computes.</summary>
public partial class GpuCodeTests
{
    private static readonly Type[] Functions =
    [
        .. Operators(typeof(IFunction)),
        .. Operators(typeof(IActivation)).Select(type => typeof(Slope<>).MakeGenericType(type)),
    ];

    public static TheoryData<Type, Type> Kernels
    {
        get
        {
            var data = new TheoryData<Type, Type>();
            foreach (var function in Functions)
            {
                data.Add(function, typeof(float));
                data.Add(function, typeof(double));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void PtxHasNoApproximationNoCallNoLocalMemoryAndNoOtherPrecision(Type function, Type element)
    {
        var ptx = Compile(nameof(Map), function, element);
        Assert.DoesNotContain("approx", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("call", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain(element == typeof(float) ? ".f64" : ".f32", ptx, StringComparison.Ordinal);
        Assert.DoesNotMatch(UnorderedComparison(), ptx);
    }

    [Theory]
    [InlineData(typeof(Sum))]
    [InlineData(typeof(Mean))]
    [InlineData(typeof(Max))]
    [InlineData(typeof(Min))]
    public void PtxOfReductionsIsExact(Type reduction)
    {
        foreach (var element in new[] { typeof(float), typeof(double) })
        {
            var ptx = Compile(nameof(Reduce), reduction, element);
            Assert.DoesNotContain("call", ptx, StringComparison.Ordinal);
            Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
            Assert.DoesNotContain("max.f", ptx, StringComparison.Ordinal);
            Assert.DoesNotContain("min.f", ptx, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void SimulatorGivesTheScalarResult()
    {
        using var context = Context.Create(builder => builder.CPU());
        using var accelerator = context.CreateCPUAccelerator(0);
        float[] x = [0, -0f, 1, -1, 20, -20, 1e-40f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0.75f, 3.5f];
        Same<Log>(accelerator, x);
        Same<Digamma>(accelerator, x);
        Same<Tanh>(accelerator, x);
        Same<Gelu>(accelerator, x);
        Same<Slope<Silu>>(accelerator, x);
    }

    private static void Same<TFunction>(CPUAccelerator accelerator, float[] x)
        where TFunction : struct, IFunction
    {
        using var source = accelerator.Allocate1D(x);
        using var destination = accelerator.Allocate1D<float>(x.Length);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Map<TFunction, float>)(x.Length, source.View, destination.View);
        accelerator.Synchronize();
        Assert.Equal(x.Select(value => TFunction.Invoke<Scalar<float>, float>(new(value)).Value), destination.GetAsArray1D());
    }

    private static IEnumerable<Type> Operators(Type kind)
        => kind.Assembly.GetExportedTypes().Where(type => type.IsValueType && type.IsAssignableTo(kind));

    private static string Compile(string kernel, Type function, Type element)
    {
        // A context of its own, because ILGPU leaves one unusable after an error.
        using var context = Context.Create(builder => builder.Default());
        using var backend = new PTXBackend(context, CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null!);
        var method = typeof(GpuCodeTests).GetMethod(kernel, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(function, element);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromImplicitlyGroupedKernel(method), default)).PTXAssembly;
    }

    private static void Map<TFunction, T>(Index1D index, ArrayView<T> x, ArrayView<T> y)
        where TFunction : struct, IFunction
        where T : unmanaged, IFloatingPointIeee754<T>
        => y[index] = TFunction.Invoke<Scalar<T>, T>(new(x[index])).Value;

    private static void Reduce<TReduction, T>(Index1D index, ArrayView<T> x, ArrayView<T> y)
        where TReduction : struct, IReduction
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var combined = TReduction.Identity<T>();
        var best = combined;
        for (var term = 0; term < 8; term++)
        {
            var value = x[(index * 8) + term];
            combined = TReduction.Combine<Scalar<T>, T>(new(combined), new(value)).Value;
            best = TReduction.Replaces(value, best) ? value : best;
        }

        y[index] = combined + best;
    }

    // A comparison that is true for NaN: none is written so, and ILGPU makes one when a constant stands on the left.
    [GeneratedRegex(@"setp\.(lt|le|gt|ge|eq)u\.f")]
    private static partial Regex UnorderedComparison();
}
