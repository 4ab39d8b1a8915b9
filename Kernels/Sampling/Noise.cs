using System.Numerics;

namespace Native.Kernels;

/// <summary>
/// The random numbers of a kernel: given in a matrix, or drawn by the kernel from a <see cref="PhiloxPosition"/>, element <c>(i, j)</c> of <c>[rows, columns]</c> being
/// element <c>First + i·columns + j</c> of the stream. A matrix, a tensor and a position convert to it. Drawn numbers are never stored unless a kernel is asked to.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly struct Noise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Noise(DeviceMatrix<T> values, PhiloxPosition position, bool isDrawn)
    {
        Values = values;
        Position = position;
        IsDrawn = isDrawn;
    }

    /// <summary>The numbers; absent when they are drawn.</summary>
    public DeviceMatrix<T> Values { get; }

    /// <summary>Where to draw from; of no meaning when the numbers are given.</summary>
    public PhiloxPosition Position { get; }

    /// <summary>True when the kernel draws the numbers; false when they are given, or for <c>default</c>, which no kernel accepts.</summary>
    public bool IsDrawn { get; }

    /// <summary>Given numbers.</summary>
    public static implicit operator Noise<T>(DeviceMatrix<T> values) => new(values, default, false);

    /// <summary>Given numbers.</summary>
    public static implicit operator Noise<T>(DeviceTensor<T>? values) => new(values, default, false);

    /// <summary>Numbers to draw.</summary>
    public static implicit operator Noise<T>(PhiloxPosition position) => new(default, position, true);
}
