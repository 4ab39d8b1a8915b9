using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Native.Kernels;
using Native.Kernels.Cuda;
using CudaDevice = Native.Kernels.Cuda.CudaDevice;

namespace Native.Tests.Cuda;

/// <summary>Every GPU kernel compiles to PTX without a driver, and the PTX has none of the known traps in it.</summary>
public class PtxTests
{
    private static readonly Assembly Product = typeof(CudaDevice).Assembly;

    public static TheoryData<string, bool> Kernels()
    {
        var data = new TheoryData<string, bool>();
        foreach (var action in Actions())
        {
            data.Add(Name(action), true);
            data.Add(Name(action), false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void CompilesToPtx(string kernel, bool hopper)
    {
        var action = Actions().Single(action => Name(action) == kernel);
        var method = typeof(GridStride).GetMethod(nameof(GridStride.Kernel))!.MakeGenericMethod(action);
        using var context = Context.Create(builder => builder.Default());
        using var backend = new PTXBackend(context, hopper ? CudaArchitecture.SM_90 : CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, null!);
        var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromImplicitlyGroupedKernel(method), default);
        var ptx = compiled.PTXAssembly;

        // ILGPU names sm_80 as the target for every newer architecture too; the driver compiles it for the device it finds.
        Assert.Contains(".target sm_80", ptx, StringComparison.Ordinal);
        Assert.Contains(".entry", ptx, StringComparison.Ordinal);

        // Too coarse for the tolerances: tanh.approx has 11 bits, lg2.approx breaks down near 1.
        Assert.DoesNotContain("tanh.approx", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("lg2.approx", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("ex2.approx", ptx, StringComparison.Ordinal);

        // Arrays in local memory would be spilled state; a float kernel that touches double has lost a literal's suffix somewhere.
        Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
        if (kernel.Contains("Single", StringComparison.Ordinal))
        {
            Assert.DoesNotContain(".f64", ptx, StringComparison.Ordinal);
        }
    }

    /// <summary>Every action of the product, closed over both precisions, every message and every reduction.</summary>
    private static IEnumerable<Type> Actions() =>
        from definition in Product.GetTypes()
        where definition.IsValueType && definition.GetInterfaces().Contains(typeof(IGpuAction))
        from closed in Close(definition, [])
        select closed;

    private static IEnumerable<Type> Close(Type definition, Type[] chosen)
    {
        var parameters = definition.GetGenericArguments();
        if (chosen.Length == parameters.Length)
        {
            return [definition.MakeGenericType(chosen)];
        }

        Type[] candidates = parameters[chosen.Length].Name switch
        {
            "T" => [typeof(float), typeof(double)],
            "TReduction" => [typeof(Sum), typeof(Mean), typeof(Max), typeof(Min)],
            "TMessage" => [.. Messages(chosen[0])],
            var other => throw new InvalidOperationException($"Say what {other} of {definition} stands for."),
        };
        return candidates.SelectMany(candidate => Close(definition, [.. chosen, candidate]));
    }

    private static IEnumerable<Type> Messages(Type element) =>
        from definition in Product.GetTypes()
        where definition.IsValueType && definition.GetInterfaces().Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IGpuMessage<>))
        from closed in Close(definition, [element])
        select closed;

    private static string Name(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
}
