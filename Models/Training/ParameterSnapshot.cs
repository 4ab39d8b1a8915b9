using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>A copy, on the device, of the values of a parameter set and its buffers.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ParameterSnapshot<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ParameterSet<T> _parameters;
    private readonly DeviceTensor<T>[] _copies;
    private readonly DenseKernels<T> _dense;

    /// <summary>Allocates the copy and takes it.</summary>
    /// <param name="parameters">The set; not owned; nothing may be added to it afterwards.</param>
    public ParameterSnapshot(ParameterSet<T> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _dense = parameters.Device.Dense<T>();
        _copies = new DeviceTensor<T>[parameters.Count];
        var index = 0;
        foreach (var parameter in parameters)
        {
            _copies[index++] = parameters.Device.Allocate<T>(parameter.Value.Shape);
        }

        Take();
    }

    /// <summary>Overwrites the copy with the values as they are.</summary>
    public void Take()
    {
        var index = 0;
        foreach (var parameter in _parameters)
        {
            _dense.Copy(parameter.Value, _copies[index++]);
        }
    }

    /// <summary>Sets the values back to the copy.</summary>
    public void Restore()
    {
        var index = 0;
        foreach (var parameter in _parameters)
        {
            _dense.Copy(_copies[index++], parameter.Value);
        }
    }

    /// <summary>Frees the copy.</summary>
    public void Dispose()
    {
        foreach (var copy in _copies)
        {
            copy.Dispose();
        }
    }
}
