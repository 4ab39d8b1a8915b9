using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary>Argument checks of the kernel contracts: each message names the argument, what was expected and what came.</summary>
internal static partial class Check
{
    /// <summary>A matrix that must be given, on this device, alive, with this shape.</summary>
    public static void Matrix<T>(Device device, in DeviceMatrix<T> matrix, long rows, long columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        Present(device, matrix, name);
        if (matrix.Rows != rows || matrix.Columns != columns)
        {
            throw new ArgumentException($"{name}: expected shape [{rows}, {columns}], but got [{matrix.Rows}, {matrix.Columns}].", name);
        }
    }

    /// <summary>A matrix that may be absent; if given, as <see cref="Matrix"/>.</summary>
    public static void OptionalMatrix<T>(Device device, in DeviceMatrix<T> matrix, long rows, long columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (!matrix.IsAbsent)
        {
            Matrix(device, matrix, rows, columns, name);
        }
    }

    /// <summary>A matrix of any shape that must be given, on this device, alive.</summary>
    public static void Present<T>(Device device, in DeviceMatrix<T> matrix, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (matrix.IsAbsent)
        {
            throw new ArgumentNullException(name, $"{name}: expected a matrix, but none was given.");
        }

        Alive(device, matrix.Tensor, name);
    }

    /// <summary>A matrix that the kernel writes: its rows must not be one row repeated.</summary>
    public static void Output<T>(Device device, in DeviceMatrix<T> matrix, long rows, long columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        Matrix(device, matrix, rows, columns, name);
        if (matrix.Stride < matrix.Columns && matrix.Rows > 1)
        {
            throw new ArgumentException($"{name}: expected rows of their own, but got one row repeated (stride {matrix.Stride}).", name);
        }
    }

    /// <summary>A matrix that the kernel writes if it is given.</summary>
    public static void OptionalOutput<T>(Device device, in DeviceMatrix<T> matrix, long rows, long columns, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (!matrix.IsAbsent)
        {
            Output(device, matrix, rows, columns, name);
        }
    }

    /// <summary>A batch that must be given, on this device, alive, of so many matrices.</summary>
    public static void Batch<T>(Device device, DeviceMatrixBatch<T> batch, long count, [CallerArgumentExpression(nameof(batch))] string name = "")
        where T : unmanaged
    {
        Present(device, batch.First, name);
        if (batch.Count != count)
        {
            throw new ArgumentException($"{name}: expected {count} matrices, but got {batch.Count}.", name);
        }
    }

    /// <summary>A batch that the kernel writes: its matrices must not share elements.</summary>
    public static void OutputBatch<T>(Device device, DeviceMatrixBatch<T> batch, long count, long rows, long columns, [CallerArgumentExpression(nameof(batch))] string name = "")
        where T : unmanaged
    {
        Batch(device, batch, count, name);
        Output(device, batch.First, rows, columns, name);
        if (!batch.AreApart)
        {
            throw new ArgumentException($"{name}: expected matrices apart from each other, but they overlap (batch stride {batch.BatchStride}).", name);
        }
    }

    /// <summary>A contiguous tensor that must be given, on this device, alive, with this many elements.</summary>
    public static void Vector<T>(Device device, DeviceTensor<T>? tensor, long count, [CallerArgumentExpression(nameof(tensor))] string name = "")
        where T : unmanaged
    {
        if (tensor is null)
        {
            throw new ArgumentNullException(name, $"{name}: expected a tensor of {count} elements, but none was given.");
        }

        Alive(device, tensor, name);
        if (tensor.Count != count)
        {
            throw new ArgumentException($"{name}: expected {count} elements, but got {tensor.Count} (shape {DeviceTensor.Format(tensor.Shape)}).", name);
        }
    }

    /// <summary>A tensor that may be null; if given, as <see cref="Vector"/>.</summary>
    public static void OptionalVector<T>(Device device, DeviceTensor<T>? tensor, long count, [CallerArgumentExpression(nameof(tensor))] string name = "")
        where T : unmanaged
    {
        if (tensor is not null)
        {
            Vector(device, tensor, count, name);
        }
    }

    /// <summary>A graph of this device, alive.</summary>
    public static void Graph(Device device, DeviceGraph graph, [CallerArgumentExpression(nameof(graph))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(graph, name);
        ObjectDisposedException.ThrowIf(graph.IsDisposed, graph);
        SameDevice(device, graph.Device, name);
    }

    /// <summary>An edge index of this device, alive.</summary>
    public static void Index(Device device, DeviceEdgeIndex index, [CallerArgumentExpression(nameof(index))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(index, name);
        ObjectDisposedException.ThrowIf(index.IsDisposed, index);
        SameDevice(device, index.Device, name);
    }

    /// <summary>Edge weights <c>[E]</c> or <c>[E, H]</c> with <c>H</c> a divisor of the features; gives <c>H</c>, or 0 when there are none.</summary>
    public static int Heads<T>(Device device, DeviceTensor<T>? weights, long edges, long features, [CallerArgumentExpression(nameof(weights))] string name = "")
        where T : unmanaged
    {
        if (weights is null)
        {
            return 0;
        }

        Alive(device, weights, name);
        var heads = weights.Columns;
        if (weights.Rows != edges || heads < 1 || features % heads != 0)
        {
            throw new ArgumentException($"{name}: expected shape [{edges}] or [{edges}, H] with H a divisor of the {features} features, but got {DeviceTensor.Format(weights.Shape)}.", name);
        }

        return (int)heads;
    }

    /// <summary>Random numbers: a matrix of this shape, or a position with that many elements behind it.</summary>
    public static void Noise<T>(Device device, Noise<T> noise, long rows, long columns, [CallerArgumentExpression(nameof(noise))] string name = "")
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (noise.IsDrawn)
        {
            Range(noise.Position, rows * columns, name);
        }
        else
        {
            Matrix(device, noise.Values, rows, columns, name);
        }
    }

    /// <summary>A position with <paramref name="count"/> elements behind it.</summary>
    public static void Range(PhiloxPosition position, long count, [CallerArgumentExpression(nameof(position))] string name = "")
    {
        if (position.First > long.MaxValue - count)
        {
            throw new ArgumentOutOfRangeException(name, $"{name}: expected a first element of at most {long.MaxValue - count}, so that {count} follow, but got {position.First}.");
        }
    }

    /// <summary>Columns that an int can number.</summary>
    public static void Categories<T>(in DeviceMatrix<T> matrix, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (matrix.Columns > int.MaxValue)
        {
            throw new ArgumentException($"{name}: expected at most {int.MaxValue} columns, but got {matrix.Columns}.", name);
        }
    }

    /// <summary>A row for every component of a mixture, one at least.</summary>
    public static void Components<T>(DeviceMatrix<T> matrix, [CallerArgumentExpression(nameof(matrix))] string name = "")
        where T : unmanaged
    {
        if (matrix.Rows < 1)
        {
            throw new ArgumentException($"{name}: expected at least one row, one per component, but got shape [{matrix.Rows}, {matrix.Columns}].", name);
        }
    }

    /// <summary>Indices <c>[rows, k]</c> of <c>k</c> different categories.</summary>
    public static void Choices(Device device, DeviceTensor<int> index, long rows, long categories, [CallerArgumentExpression(nameof(index))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(index, name);
        Alive(device, index, name);
        if (index.Rows != rows || index.Columns > categories)
        {
            throw new ArgumentException($"{name}: expected shape [{rows}, k] with k at most the {categories} categories, but got {DeviceTensor.Format(index.Shape)}.", name);
        }
    }

    /// <summary>A number that is finite and above 0.</summary>
    public static void PositiveFinite<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!(T.IsFinite(value) && value > T.Zero))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name}: expected a finite number above 0, but got {value}.");
        }
    }

    /// <summary>An output that must not share elements with an input.</summary>
    public static void Apart<T>(in DeviceMatrix<T> output, in DeviceMatrix<T> input, [CallerArgumentExpression(nameof(output))] string outputName = "", [CallerArgumentExpression(nameof(input))] string inputName = "")
        where T : unmanaged
    {
        if (output.IsAbsent || input.IsAbsent || !ReferenceEquals(output.Tensor, input.Tensor))
        {
            return;
        }

        if (Overlap(output, input))
        {
            throw new ArgumentException($"{outputName}: expected memory of its own, but it overlaps {inputName}.", outputName);
        }
    }

    private static void Alive<T>(Device device, DeviceTensor<T> tensor, string name)
        where T : unmanaged
    {
        if (tensor.IsDisposed)
        {
            throw new ObjectDisposedException(name, $"{name}: expected a live tensor, but it was disposed.");
        }

        SameDevice(device, tensor.Device, name);
    }

    private static void SameDevice(Device expected, Device given, string name)
    {
        expected.Use();
        if (!ReferenceEquals(expected, given))
        {
            throw new ArgumentException($"{name}: expected something of this device ({expected.Name}: {expected.Description}), but it belongs to another ({given.Name}: {given.Description}).", name);
        }
    }

    private static bool Overlap<T>(in DeviceMatrix<T> a, in DeviceMatrix<T> b)
        where T : unmanaged
    {
        if (a.Rows == 0 || a.Columns == 0 || b.Rows == 0 || b.Columns == 0)
        {
            return false;
        }

        var endA = a.Offset + (a.Rows - 1) * a.Stride + a.Columns;
        var endB = b.Offset + (b.Rows - 1) * b.Stride + b.Columns;
        if (a.Offset >= endB || b.Offset >= endA)
        {
            return false;
        }

        // Column ranges of one parent matrix: rows interleave, columns may still be apart.
        if (a.Stride == b.Stride && a.Stride > 0)
        {
            var columnA = a.Offset % a.Stride;
            var columnB = b.Offset % b.Stride;
            if (columnA + a.Columns <= a.Stride && columnB + b.Columns <= b.Stride)
            {
                return columnA < columnB + b.Columns && columnB < columnA + a.Columns;
            }
        }

        return true;
    }
}
