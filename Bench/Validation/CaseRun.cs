using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>
/// One case on one device in one precision: what a system reads from the file and what it hands back. Tensors made here are freed with the run.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class CaseRun<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<IDisposable> _owned = [];
    private readonly Dictionary<string, double[]> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long[]> _integers = new(StringComparer.Ordinal);

    /// <summary>A run that has not started.</summary>
    public CaseRun(ReferenceCase reference, Device device)
    {
        Case = reference;
        Device = device;
    }

    /// <summary>The case: options and tensors.</summary>
    public ReferenceCase Case { get; }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The device's message kernels.</summary>
    public MessageKernels<T> Messages => Device.Messages<T>();

    /// <summary>The device's dense kernels.</summary>
    public DenseKernels<T> Dense => Device.Dense<T>();

    /// <summary>The device's attention kernels.</summary>
    public AttentionKernels<T> Attention => Device.Attention<T>();

    /// <summary>The device's exponential families.</summary>
    public NaturalParameterKernels<T> NaturalParameters => Device.NaturalParameters<T>();

    /// <summary>The device's optimiser steps.</summary>
    public UpdateKernels<T> Updates => Device.Updates<T>();

    /// <summary>The device's random numbers and draws.</summary>
    public SamplingKernels<T> Sampling => Device.Sampling<T>();

    /// <summary>The floating-point results so far, by name with prefix.</summary>
    public IReadOnlyDictionary<string, double[]> Numbers => _numbers;

    /// <summary>The integer results so far, by name with prefix.</summary>
    public IReadOnlyDictionary<string, long[]> Integers => _integers;

    /// <summary>True when the file has this tensor, named with its prefix.</summary>
    public bool Has(string tensor) => Case.File.TryGetTensor(tensor, out _);

    /// <summary>The tensor <c>input/name</c> on the device.</summary>
    public DeviceTensor<T> Input(string name) => Upload($"input/{name}");

    /// <summary>The tensor <c>param/name</c> on the device.</summary>
    public DeviceTensor<T> Parameter(string name) => Upload($"param/{name}");

    /// <summary>The tensor <c>input/name</c>, a row per item, as a matrix of one column per item. Integers become numbers.</summary>
    public DeviceTensor<T> Columns(string name)
    {
        var tensor = Case.File[$"input/{name}"];
        var values = CaseComparison.IsInteger(tensor) ? Array.ConvertAll(tensor.Read<long>(), T.CreateChecked) : Read(tensor);
        var items = tensor.Shape[0];
        long rows = 1;
        foreach (var size in tensor.Shape[1..])
        {
            rows *= size;
        }

        return Own(Device.Upload(Transpose(values, items, rows), rows, items));
    }

    /// <summary>The integers <c>input/name</c>.</summary>
    public long[] Integer(string name) => Case.File[$"input/{name}"].Read<long>();

    /// <summary>The tensor <c>cotangent/name</c> on the device, or zeros in the shape of <c>output/name</c> where the file has none.</summary>
    public DeviceTensor<T> Cotangent(string name) => Has($"cotangent/{name}")
        ? Upload($"cotangent/{name}")
        : Own(Device.Allocate<T>(Case.File[$"output/{name}"].Shape));

    /// <summary>A tensor that a kernel will overwrite: it starts as NaN, so that an element left out or added to shows.</summary>
    public DeviceTensor<T> Overwritten(params ReadOnlySpan<long> shape)
    {
        var tensor = Own(Device.Allocate<T>(shape));
        var poison = new T[tensor.Count];
        Array.Fill(poison, T.NaN);
        tensor.Upload(poison);
        return tensor;
    }

    /// <summary>A tensor of zeros that a kernel will add to.</summary>
    public DeviceTensor<T> Accumulated(params ReadOnlySpan<long> shape) => Own(Device.Allocate<T>(shape));

    /// <summary>A tensor of integers that a kernel will overwrite.</summary>
    public DeviceTensor<int> Indices(params ReadOnlySpan<long> shape) => Own(Device.Allocate<int>(shape));

    /// <summary>The graph of <c>input/src</c>, <c>input/dst</c> and the option <c>nodes</c>.</summary>
    public DeviceGraph Graph() => Own(Device.Upload(new Graph(Case.Integer("nodes"), Integer("src"), Integer("dst"))));

    /// <summary>The edge index <c>input/name</c> over as many nodes as the option <c>nodes</c> says.</summary>
    public DeviceEdgeIndex Index(string name) => Own(Device.Upload(EdgeIndex.Create(Integer(name), Case.Integer("nodes"))));

    /// <summary>The lengths of <c>input/key_length</c> on the device.</summary>
    public DeviceTensor<int> KeyLengths() => Own(Device.Upload(Array.ConvertAll(Integer("key_length"), length => checked((int)length))));

    /// <summary>Gives something to the run, to be freed with it.</summary>
    public TOwned Own<TOwned>(TOwned owned)
        where TOwned : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>Hands back <c>output/name</c>.</summary>
    public void Output(string name, DeviceTensor<T> value) => _numbers.Add($"output/{name}", Download(value));

    /// <summary>Hands back <c>output/name</c> from memory of a model.</summary>
    public void Output(string name, DeviceMatrix<T> value)
    {
        var copy = Overwritten(value.Rows, value.Columns);
        Dense.Copy(value, copy);
        Output(name, copy);
    }

    /// <summary>Hands back <c>output/name</c> from a matrix of one column per item.</summary>
    public void OutputColumns(string name, DeviceMatrix<T> value)
    {
        var copy = Overwritten(value.Rows, value.Columns);
        Dense.Copy(value, copy);
        _numbers.Add($"output/{name}", Transpose(Download(copy), value.Rows, value.Columns));
    }

    /// <summary>Hands back rows of <c>output/name</c> that were collected on the host.</summary>
    public void Output(string name, double[] value) => _numbers.Add($"output/{name}", value);

    /// <summary>Hands back the integers <c>output/name</c>.</summary>
    public void Output(string name, DeviceTensor<int> value) => Output(name, Array.ConvertAll(value.ToArray(), i => (long)i));

    /// <summary>Hands back the integers <c>output/name</c> that were collected on the host.</summary>
    public void Output(string name, long[] value) => _integers.Add($"output/{name}", value);

    /// <summary>Hands back <c>grad/name</c>.</summary>
    public void Gradient(string name, DeviceTensor<T> value) => _numbers.Add($"grad/{name}", Download(value));

    /// <summary>Copies every <c>param/…</c> of the file into a model's parameters; both must have the same names and shapes.</summary>
    public void Load(ParameterSet<T> parameters)
    {
        var stored = Case.File.Tensors.Count(tensor => tensor.Name.StartsWith("param/", StringComparison.Ordinal));
        if (stored != parameters.Count)
        {
            throw new InvalidDataException($"{Case.Path}: expected the {parameters.Count} parameters {string.Join(", ", parameters.Select(p => p.Name))}, found {stored}.");
        }

        foreach (var parameter in parameters)
        {
            var tensor = Case.File[$"param/{parameter.Name}"];
            if (!tensor.Shape.SequenceEqual(parameter.Value.Shape))
            {
                throw new InvalidDataException($"{Case.Path}: tensor 'param/{parameter.Name}': its shape is not that of the model's {parameter.Value}.");
            }

            parameter.Value.Upload(Read(tensor));
        }

        parameters.ClearGradients();
    }

    /// <summary>Hands back the gradient of every learned parameter of a model.</summary>
    public void Gradients(ParameterSet<T> parameters)
    {
        foreach (var parameter in parameters)
        {
            if (!parameter.IsBuffer)
            {
                Gradient(parameter.Name, parameter.Gradient);
            }
        }
    }

    /// <summary>Downloads a tensor as doubles.</summary>
    public static double[] Download(DeviceTensor<T> tensor) => Array.ConvertAll(tensor.ToArray(), double.CreateChecked);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }

    private static TElement[] Transpose<TElement>(TElement[] values, long rows, long columns)
    {
        var transposed = new TElement[values.Length];
        for (long i = 0; i < rows; i++)
        {
            for (long j = 0; j < columns; j++)
            {
                transposed[j * rows + i] = values[i * columns + j];
            }
        }

        return transposed;
    }

    private DeviceTensor<T> Upload(string name)
    {
        var tensor = Case.File[name];
        return Own(Device.Upload(Read(tensor), tensor.Shape));
    }

    private static T[] Read(SafetensorsTensor tensor) => Array.ConvertAll(tensor.Read<double>(), T.CreateTruncating);
}
