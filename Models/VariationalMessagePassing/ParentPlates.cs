using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>A parent of a plate of factors: its moments, one column per factor, and the way of messages back.</summary>
internal sealed class ParentPlates<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DeviceEdgeIndex? _map;
    private readonly DeviceMatrix<T> _gathered;
    private int _version = -1;

    /// <summary>A parent of as many factors as the map is long; without a map, of one factor per variable.</summary>
    public ParentPlates(VariableArray<T> variable, int[]? map)
    {
        Variable = variable;
        if (map is not null)
        {
            _map = variable.Device.Upload(EdgeIndex.Create(map, variable.Plates));
            _gathered = PlateMemory.Allocate<T>(variable.Device, variable.Rows, map.Length);
        }
    }

    public VariableArray<T> Variable { get; }

    /// <summary>Moments <c>[K, factors]</c>, as they are now.</summary>
    public DeviceMatrix<T> Moments()
    {
        if (_map is null)
        {
            return Variable.Moments;
        }

        if (_version != Variable.Version)
        {
            _version = Variable.Version;
            for (var row = 0; row < Variable.Rows; row++)
            {
                Variable.Device.Messages<T>().Gather(_map, PlateMemory.Column(Variable.Moments, row), PlateMemory.Column(_gathered, row));
            }
        }

        return _gathered;
    }

    /// <summary>Adds a message per factor to the variables' natural parameters.</summary>
    public void Add(DeviceMatrix<T> message, DeviceMatrix<T> natural)
    {
        if (_map is null)
        {
            Variable.Device.Dense<T>().AddScaled(T.One, message, T.One, natural);
        }
        else
        {
            Variable.Device.NaturalParameters<T>().Accumulate(_map, natural, message, natural);
        }
    }

    public void Dispose()
    {
        _map?.Dispose();
        if (!_gathered.IsAbsent)
        {
            _gathered.Tensor.Dispose();
        }
    }
}
