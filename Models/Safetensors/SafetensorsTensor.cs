using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Native.Models;

/// <summary>A named tensor of a <see cref="SafetensorsFile"/>: its element type, its shape and its bytes, in row-major order.</summary>
public sealed class SafetensorsTensor
{
    private readonly string _source;
    private readonly long[] _shape;
    private readonly byte[] _data;

    internal SafetensorsTensor(string source, string name, SafetensorsDataType dataType, long[] shape, byte[] data)
    {
        _source = source;
        _shape = shape;
        _data = data;
        Name = name;
        DataType = dataType;
        ElementCount = data.Length / SafetensorsElements.ByteSize(dataType);
    }

    /// <summary>The name under which the file holds the tensor.</summary>
    public string Name { get; }

    /// <summary>The element type in the file.</summary>
    public SafetensorsDataType DataType { get; }

    /// <summary>The dimensions, the slowest first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>The product of <see cref="Shape"/>: 1 for a scalar, 0 when a dimension is 0.</summary>
    public int ElementCount { get; }

    /// <summary>The elements as the file holds them: row-major, little-endian, without gaps.</summary>
    public ReadOnlySpan<byte> Data => _data;

    /// <summary>All elements, converted as <see cref="Read{T}(Span{T})"/> converts them.</summary>
    /// <typeparam name="T"><c>float</c>, <c>double</c>, <c>int</c> or <c>long</c>.</typeparam>
    /// <returns>A new array of <see cref="ElementCount"/> elements.</returns>
    /// <exception cref="InvalidDataException">As for <see cref="Read{T}(Span{T})"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the four types.</exception>
    public T[] Read<T>() where T : unmanaged, INumberBase<T>
    {
        RequireReadable<T>();
        var result = new T[ElementCount];
        Read(result.AsSpan());
        return result;
    }

    /// <summary>
    /// Copies all elements to <paramref name="destination"/>. The floating-point types become <c>float</c> or
    /// <c>double</c>, exactly except that F64 is rounded to the nearest <c>float</c>; the integer types become <c>int</c> or
    /// <c>long</c>. NaN and infinities stay what they are. There is no conversion between integers and floating-point numbers.
    /// </summary>
    /// <typeparam name="T"><c>float</c>, <c>double</c>, <c>int</c> or <c>long</c>.</typeparam>
    /// <param name="destination">Receives the elements; its length is <see cref="ElementCount"/>.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="destination"/> is not <see cref="ElementCount"/>.</exception>
    /// <exception cref="InvalidDataException">
    /// The file holds integers where floating-point numbers are asked for or the other way round, or a finite element that
    /// <typeparamref name="T"/> cannot hold; <paramref name="destination"/> is then partly written.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the four types.</exception>
    public void Read<T>(Span<T> destination) where T : unmanaged, INumberBase<T>
    {
        RequireReadable<T>();
        if (destination.Length != ElementCount)
        {
            throw new ArgumentException(
                $"Tensor {SafetensorsHeader.Quote(Name)} has {ElementCount} elements, the destination has {destination.Length}.", nameof(destination));
        }

        var outside = SafetensorsElements.Decode(_data, DataType, destination);
        if (outside >= 0)
        {
            var found = DataType == SafetensorsDataType.I64
                ? MemoryMarshal.Cast<byte, long>(_data)[outside].ToString(CultureInfo.InvariantCulture)
                : MemoryMarshal.Cast<byte, double>(_data)[outside].ToString("R", CultureInfo.InvariantCulture);
            throw new InvalidDataException(
                $"{_source}: tensor {SafetensorsHeader.Quote(Name)}: element {outside} is {found}, outside the range of {typeof(T).Name}.");
        }
    }

    private void RequireReadable<T>()
    {
        var integers = SafetensorsElements.IsInteger(SafetensorsElements.TypeOf<T>());
        if (integers != SafetensorsElements.IsInteger(DataType))
        {
            var expected = integers ? "I32 or I64" : "F16, BF16, F32 or F64";
            throw new InvalidDataException(
                $"{_source}: tensor {SafetensorsHeader.Quote(Name)}: expected dtype {expected} to read as {typeof(T).Name}, but got {DataType}.");
        }
    }
}
