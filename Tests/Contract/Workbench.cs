using System.Numerics;
using System.Runtime.InteropServices;
using Native.Kernels;

namespace Native.Tests;

/// <summary>What can be wrong with one argument of a call.</summary>
public enum Sabotage
{
    /// <summary>It belongs to another device.</summary>
    OtherDevice,

    /// <summary>It was disposed.</summary>
    Disposed,

    /// <summary>It has one row more.</summary>
    TooManyRows,

    /// <summary>It has one column more.</summary>
    TooManyColumns,
}

/// <summary>Elements of an input that has to be something in particular.</summary>
public interface IElements
{
    /// <summary>Element (<paramref name="row"/>, <paramref name="column"/>) of a matrix with <paramref name="rows"/> rows; asked for in row-major order.</summary>
    static abstract double At(long row, long column, long rows, Random random);
}

/// <summary>What a call left in one of its outputs.</summary>
public sealed record CallResult(string Name, double[] Values, bool IsInteger)
{
    /// <summary>True for gradients.</summary>
    public bool IsGradient => Name.StartsWith("grad/", StringComparison.Ordinal) || Name == "dBias";
}

/// <summary>
/// Makes the arguments of a kernel call on a device, the same numbers for every device, and checks afterwards that the call wrote all of its outputs and nothing else.
/// An argument asked for again is the same one, so that a call can be repeated without allocating.
/// </summary>
/// <remarks>
/// Every matrix lies between guard elements that hold a NaN with a payload of its own; outputs that are to be overwritten hold that NaN too.
/// </remarks>
public sealed class Workbench<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Guard = 16;
    private const int StridedOffset = 5;
    private const int StridedGap = 3;
    private const int IntegerPoison = -0x5EED;

    private static readonly T Poison = typeof(T) == typeof(float)
        ? (T)(object)BitConverter.UInt32BitsToSingle(0x7FC0_DEAD)
        : (T)(object)BitConverter.UInt64BitsToDouble(0x7FF8_0000_DEAD_BEEF);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IntegerEntry> _integers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeviceTensor<byte>> _flags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeviceEdgeIndex> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeviceTensor<uint>> _words = new(StringComparer.Ordinal);
    private readonly Layout _layout;
    private readonly Values _values;
    private readonly IReadOnlyDictionary<string, double[]>? _given;
    private readonly bool _gradientsFromZero;

    /// <summary>An empty bench.</summary>
    /// <param name="device">Where the arguments live.</param>
    /// <param name="sizes">The sizes of the call.</param>
    /// <param name="layout">How matrices lie in memory.</param>
    /// <param name="values">What random inputs hold.</param>
    /// <param name="given">Values of inputs that are not to be random.</param>
    /// <param name="gradientsFromZero">Gradients that accumulate start at 0 instead of random numbers.</param>
    public Workbench(Device device, Sizes sizes, Layout layout, Values values, IReadOnlyDictionary<string, double[]>? given = null, bool gradientsFromZero = false)
    {
        Device = device;
        Sizes = sizes;
        Graph = device.Upload(sizes.Graph);
        _layout = layout;
        _values = values;
        _given = given;
        _gradientsFromZero = gradientsFromZero;
    }

    private delegate double ElementAt(long row, long column, long rows, Random random);

    private enum Role
    {
        Input,
        Overwritten,
        Accumulated,
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>An argument to spoil, and how; see <see cref="Spoil"/>.</summary>
    private (string Name, Sabotage How, Device Other)? Spoiled { get; set; }

    /// <summary>Names of the arguments that a call has asked for.</summary>
    public IEnumerable<string> Names => [.. _entries.Keys, .. _integers.Keys, .. _flags.Keys, .. _words.Keys];

    /// <summary>The sizes of the call.</summary>
    public Sizes Sizes { get; }

    /// <summary>The graph on the device.</summary>
    public DeviceGraph Graph { get; }

    /// <summary>Number of nodes.</summary>
    public int Nodes => Sizes.Graph.Nodes;

    /// <summary>Number of edges.</summary>
    public int Edges => Sizes.Graph.Edges;

    /// <summary>Rows of dense matrices.</summary>
    public int Rows => Sizes.Rows;

    /// <summary>Columns of most matrices.</summary>
    public int Features => Sizes.Features;

    /// <summary>The summed size of matrix products.</summary>
    public int Inner => Sizes.Inner;

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

    /// <summary>Makes one argument of the next call wrong.</summary>
    public void Spoil(string name, Sabotage how, Device other) => Spoiled = (name, how, other);

    /// <summary>A random matrix that the call must leave as it is.</summary>
    public DeviceMatrix<T> Input(string name, long rows, long columns, Domain domain = Domain.Any) => Matrix(name, rows, columns, Role.Input, domain);

    /// <summary>A matrix of elements that depend on their place, which the call must leave as it is.</summary>
    /// <typeparam name="TElements">The elements.</typeparam>
    public DeviceMatrix<T> Input<TElements>(string name, long rows, long columns)
        where TElements : struct, IElements
        => _entries.TryGetValue(name, out var known) ? known.View : Matrix(name, rows, columns, Role.Input, Domain.Any, TElements.At);

    /// <summary>A matrix that the call overwrites in full.</summary>
    public DeviceMatrix<T> Output(string name, long rows, long columns) => Matrix(name, rows, columns, Role.Overwritten, Domain.Any);

    /// <summary>A random matrix that the call adds to or updates.</summary>
    public DeviceMatrix<T> Accumulated(string name, long rows, long columns, Domain domain = Domain.Any) => Matrix(name, rows, columns, Role.Accumulated, domain);

    /// <summary>A random tensor that the call must leave as it is.</summary>
    public DeviceTensor<T> InputVector(string name, long rows, long columns = 1, Domain domain = Domain.Any) => Vector(name, rows, columns, Role.Input, domain);

    /// <summary>A tensor that the call overwrites in full.</summary>
    public DeviceTensor<T> OutputVector(string name, long rows, long columns = 1) => Vector(name, rows, columns, Role.Overwritten, Domain.Any);

    /// <summary>A random tensor that the call adds to or updates.</summary>
    public DeviceTensor<T> AccumulatedVector(string name, long rows, long columns = 1, Domain domain = Domain.Any) => Vector(name, rows, columns, Role.Accumulated, domain);

    /// <summary>Integers that the call overwrites in full.</summary>
    public DeviceTensor<int> IntegerOutput(string name, long rows, long columns)
    {
        if (!_integers.TryGetValue(name, out var entry))
        {
            rows += Spoiled is { How: Sabotage.TooManyRows } spoiled && spoiled.Name == name ? 1 : 0;
            var initial = new int[rows * columns];
            Array.Fill(initial, IntegerPoison);
            entry = new IntegerEntry(OwnerOf(name).Upload(initial, rows, columns), initial, IsInput: false);
            _integers.Add(name, entry);
            DisposeIfSpoiled(name, entry.Tensor);
        }

        return entry.Tensor;
    }

    /// <summary>Integers that the call continues from; they start at <paramref name="start"/>.</summary>
    public DeviceTensor<int> IntegerState(string name, long rows, long columns, int start)
    {
        var tensor = IntegerOutput(name, rows, columns);
        if (!_integers[name].Started && !tensor.IsDisposed)
        {
            var initial = new int[tensor.Count];
            Array.Fill(initial, start);
            tensor.Upload(initial);
            _integers[name].Started = true;
        }

        return tensor;
    }

    /// <summary>Random integers in [0, <paramref name="bound"/>).</summary>
    public DeviceTensor<int> IntegerInput(string name, long count, int bound)
    {
        if (!_integers.TryGetValue(name, out var entry))
        {
            count += Spoiled is { How: Sabotage.TooManyRows } spoiled && spoiled.Name == name ? 1 : 0;
            var random = RandomOf(name);
            var initial = new int[count];
            for (var i = 0; i < count; i++)
            {
                initial[i] = random.Next(bound);
            }

            entry = new IntegerEntry(OwnerOf(name).Upload(initial), initial, IsInput: true);
            _integers.Add(name, entry);
            DisposeIfSpoiled(name, entry.Tensor);
        }

        return entry.Tensor;
    }

    /// <summary>Random groups of rows, sorted; some may be empty.</summary>
    public DeviceEdgeIndex Groups(string name, int rows, int groups)
    {
        if (!_groups.TryGetValue(name, out var index))
        {
            var random = RandomOf(name);
            var group = new int[rows];
            for (var i = 0; i < rows; i++)
            {
                group[i] = random.Next(groups);
            }

            Array.Sort(group);
            index = Device.Upload(EdgeIndex.Create(group, groups));
            _groups.Add(name, index);
        }

        return index;
    }

    /// <summary>Random flags, about one in four set.</summary>
    public DeviceTensor<byte> Flags(string name, long count)
    {
        if (!_flags.TryGetValue(name, out var tensor))
        {
            count += Spoiled is { How: Sabotage.TooManyRows } spoiled && spoiled.Name == name ? 1 : 0;
            var random = RandomOf(name);
            var flags = new byte[count];
            for (var i = 0; i < count; i++)
            {
                flags[i] = random.Next(4) == 0 ? (byte)1 : (byte)0;
            }

            tensor = OwnerOf(name).Upload(flags);
            _flags.Add(name, tensor);
            DisposeIfSpoiled(name, tensor);
        }

        return tensor;
    }

    /// <summary>Words that the call overwrites in full.</summary>
    public DeviceTensor<uint> WordOutput(string name, long count)
    {
        if (!_words.TryGetValue(name, out var tensor))
        {
            tensor = OwnerOf(name).Allocate<uint>(count);
            _words.Add(name, tensor);
            DisposeIfSpoiled(name, tensor);
        }

        return tensor;
    }

    /// <summary>The gradient of a scalar output, for kernels that take it by value.</summary>
    public T ScalarCotangent(string output)
    {
        var name = output == "loss" ? "cotangent/loss" : throw new ArgumentException(output);
        Vector(name, 1, 1, Role.Input, Domain.Any, 0.75);
        return T.CreateTruncating(0.75);
    }

    /// <summary>The values of the inputs, by name.</summary>
    public Dictionary<string, double[]> Inputs() =>
        _entries.Where(pair => pair.Value.Role == Role.Input).ToDictionary(pair => pair.Key, pair => Array.ConvertAll(pair.Value.Elements(pair.Value.Initial), double.CreateChecked));

    /// <summary>Downloads everything, checks guards, inputs and that outputs were written in full, and gives the outputs.</summary>
    /// <param name="context">What was run, for messages.</param>
    public List<CallResult> Results(string context)
    {
        Device.Synchronize();
        var results = new List<CallResult>();
        foreach (var (name, entry) in _entries)
        {
            var after = entry.Tensor.ToArray();
            CheckUntouched(entry, after, $"{context}: {name}");
            if (entry.Role != Role.Input)
            {
                var elements = entry.Elements(after);
                for (var i = 0; entry.Role == Role.Overwritten && i < elements.Length; i++)
                {
                    if (SameBits(elements[i], Poison))
                    {
                        Assert.Fail($"{context}: {name}: element {i} was not written.");
                    }
                }

                results.Add(new CallResult(name, Array.ConvertAll(elements, double.CreateChecked), IsInteger: false));
            }
        }

        foreach (var (name, entry) in _integers)
        {
            var after = entry.Tensor.ToArray();
            if (entry.IsInput)
            {
                Assert.True(after.AsSpan().SequenceEqual(entry.Initial), $"{context}: {name}: an input was written to.");
            }
            else
            {
                var missing = Array.IndexOf(after, IntegerPoison);
                Assert.True(missing < 0, $"{context}: {name}: element {missing} was not written.");
                results.Add(new CallResult(name, Array.ConvertAll(after, i => (double)i), IsInteger: true));
            }
        }

        foreach (var (name, tensor) in _words)
        {
            results.Add(new CallResult(name, Array.ConvertAll(tensor.ToArray(), word => (double)word), IsInteger: true));
        }

        return results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Graph.Dispose();
        foreach (var entry in _entries.Values)
        {
            entry.Tensor.Dispose();
        }

        foreach (var entry in _integers.Values)
        {
            entry.Tensor.Dispose();
        }

        foreach (var tensor in _flags.Values)
        {
            tensor.Dispose();
        }

        foreach (var index in _groups.Values)
        {
            index.Dispose();
        }

        foreach (var tensor in _words.Values)
        {
            tensor.Dispose();
        }
    }

    private static bool SameBits(T a, T b) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in a)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in b)));

    private static bool SameBits(ReadOnlySpan<T> a, ReadOnlySpan<T> b) => MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b));

    private static void CheckUntouched(Entry entry, T[] after, string what)
    {
        if (entry.Role == Role.Input)
        {
            Assert.True(SameBits(after, entry.Initial), $"{what}: an input or the memory around it was written to.");
            return;
        }

        var view = entry.View;
        var next = 0L;
        for (var row = 0L; row < view.Rows; row++)
        {
            var start = view.Offset + row * view.Stride;
            CheckGuard(next, start);
            next = start + view.Columns;
        }

        CheckGuard(next, after.Length);

        void CheckGuard(long from, long to)
        {
            var range = (int)from..(int)to;
            Assert.True(SameBits(after.AsSpan()[range], entry.Initial.AsSpan()[range]), $"{what}: memory outside the matrix was written to, in elements {from} to {to - 1} of the tensor.");
        }
    }

    private DeviceMatrix<T> Matrix(string name, long rows, long columns, Role role, Domain domain, ElementAt? elements = null)
    {
        if (_entries.TryGetValue(name, out var known))
        {
            return known.View;
        }

        var stride = _layout == Layout.Strided ? columns + StridedGap : columns;
        var offset = _layout == Layout.Strided ? StridedOffset : Guard;
        return Add(name, rows, columns, stride, offset, Guard, role, domain, null, elements).View;
    }

    private DeviceTensor<T> Vector(string name, long rows, long columns, Role role, Domain domain, double? constant = null) =>
        _entries.TryGetValue(name, out var known) ? known.Tensor : Add(name, rows, columns, columns, 0, 0, role, domain, constant).Tensor;

    private Entry Add(string name, long rows, long columns, long stride, long offset, long tail, Role role, Domain domain, double? constant, ElementAt? elements = null)
    {
        (rows, columns, stride) = Spoiled is { } spoiled && spoiled.Name == name
            ? (rows + (spoiled.How == Sabotage.TooManyRows ? 1 : 0), columns + (spoiled.How == Sabotage.TooManyColumns ? 1 : 0), stride + (spoiled.How == Sabotage.TooManyColumns ? 1 : 0))
            : (rows, columns, stride);
        var initial = new T[offset + rows * stride + tail];
        Array.Fill(initial, Poison);
        var random = RandomOf(name);
        double[]? given = null;
        _given?.TryGetValue(name, out given);
        if (role != Role.Overwritten)
        {
            for (var row = 0L; row < rows; row++)
            {
                for (var column = 0L; column < columns; column++)
                {
                    var value = given is not null ? given[row * columns + column]
                        : elements is not null ? elements(row, column, rows, random)
                        : constant ?? (role == Role.Accumulated && _gradientsFromZero && name.StartsWith("grad/", StringComparison.Ordinal) ? 0 : Next(random, domain));
                    initial[offset + row * stride + column] = T.CreateTruncating(value);
                }
            }
        }

        // Vectors that follow from one element per row have shape [rows]; everything else is [rows, columns].
        var owner = OwnerOf(name);
        var tensor = offset == 0 && tail == 0
            ? columns == 1 ? owner.Upload(initial, rows) : owner.Upload(initial, rows, columns)
            : owner.Upload(initial);
        DisposeIfSpoiled(name, tensor);
        var entry = new Entry(tensor, new DeviceMatrix<T>(tensor, offset, rows, columns, stride), initial, role);
        _entries.Add(name, entry);
        return entry;
    }

    private Device OwnerOf(string name) => Spoiled is { How: Sabotage.OtherDevice } spoiled && spoiled.Name == name ? spoiled.Other : Device;

    private void DisposeIfSpoiled(string name, DeviceTensor tensor)
    {
        if (Spoiled is { How: Sabotage.Disposed } spoiled && spoiled.Name == name)
        {
            tensor.Dispose();
        }
    }

    private double Next(Random random, Domain domain)
    {
        var smooth = 4 * random.NextDouble() - 2;
        var special = random.Next(32);
        return domain switch
        {
            Domain.Positive => Math.Abs(Math.Round(smooth * 8) / 8) + 0.125,
            Domain.OpenUnit => (Math.Min(Math.Floor(Math.Abs(smooth) * 16), 31) + 0.5) / 32,
            Domain.Unit => Math.Abs(Math.Round(smooth * 4) / 8),
            _ => _values switch
            {
                Values.Coarse => Math.Round(smooth * 8) / 8,
                Values.Positive => 1 + smooth / 4,
                Values.Special when special == 0 => double.NaN,
                Values.Special when special == 1 => double.PositiveInfinity,
                Values.Special when special == 2 => double.NegativeInfinity,
                _ => smooth,
            },
        };
    }

    // The numbers of an argument depend on its name alone, not on the order in which a call asks for its arguments.
    private static Random RandomOf(string name)
    {
        var hash = 2166136261u;
        foreach (var character in name)
        {
            hash = (hash ^ character) * 16777619u;
        }

        return new Random((int)(hash & int.MaxValue));
    }

    private sealed record Entry(DeviceTensor<T> Tensor, DeviceMatrix<T> View, T[] Initial, Role Role)
    {
        public T[] Elements(T[] all)
        {
            var elements = new T[View.Rows * View.Columns];
            for (var row = 0L; row < View.Rows; row++)
            {
                all.AsSpan((int)(View.Offset + row * View.Stride), (int)View.Columns).CopyTo(elements.AsSpan((int)(row * View.Columns)));
            }

            return elements;
        }
    }

    private sealed record IntegerEntry(DeviceTensor<int> Tensor, int[] Initial, bool IsInput)
    {
        public bool Started { get; set; }
    }
}
