using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Native.Kernels;

/// <summary>A named tensor of a model: a parameter with its gradient, or a buffer (running statistics, say) without one.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Parameter<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal Parameter(string name, DeviceTensor<T> value, DeviceTensor<T>? gradient)
    {
        Name = name;
        Value = value;
        Gradient = gradient;
    }

    /// <summary>Name, unique in its set: <c>layers.0.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Value.</summary>
    public DeviceTensor<T> Value { get; }

    /// <summary>Gradient, shaped as the value; backward passes add to it. Null for a buffer.</summary>
    public DeviceTensor<T>? Gradient { get; }

    /// <summary>True when there is no gradient: the tensor is state, not learned.</summary>
    [MemberNotNullWhen(false, nameof(Gradient))]
    public bool IsBuffer => Gradient is null;
}

/// <summary>
/// The tensors of a model by name, in the order in which they were added. Optimisers, checkpoints and gradient checks work on this set without knowing the model.
/// Owns its tensors.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ParameterSet<T> : IReadOnlyCollection<Parameter<T>>, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<Parameter<T>> _parameters = [];
    private readonly Dictionary<string, Parameter<T>> _byName = new(StringComparer.Ordinal);

    /// <summary>An empty set.</summary>
    /// <param name="device">The device that will hold the tensors.</param>
    public ParameterSet(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
    }

    /// <summary>The device that holds the tensors.</summary>
    public Device Device { get; }

    /// <summary>Number of parameters and buffers.</summary>
    public int Count => _parameters.Count;

    /// <summary>The parameter of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists the names there are.</exception>
    public Parameter<T> this[string name] => _byName.TryGetValue(name, out var parameter)
        ? parameter
        : throw new KeyNotFoundException($"name: expected one of {string.Join(", ", _byName.Keys)}, but got '{name}'.");

    /// <summary>Allocates a parameter and its gradient, both 0.</summary>
    /// <param name="name">Name, not yet in the set.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <returns>The new parameter.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Parameter<T> Add(string name, params ReadOnlySpan<long> shape)
    {
        CheckName(name);
        return Add(new Parameter<T>(name, Device.Allocate<T>(shape), Device.Allocate<T>(shape)));
    }

    /// <summary>Allocates a buffer of 0: a tensor that is saved and loaded, but not learned.</summary>
    /// <param name="name">Name, not yet in the set.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <returns>The new buffer.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Parameter<T> AddBuffer(string name, params ReadOnlySpan<long> shape)
    {
        CheckName(name);
        return Add(new Parameter<T>(name, Device.Allocate<T>(shape), null));
    }

    /// <summary>Looks a parameter up.</summary>
    /// <param name="name">Name.</param>
    /// <param name="parameter">The parameter, if there is one.</param>
    /// <returns>True if there is one.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out Parameter<T>? parameter) => _byName.TryGetValue(name, out parameter);

    /// <summary>Sets every gradient to 0, before the next backward pass.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in _parameters)
        {
            parameter.Gradient?.Clear();
        }
    }

    /// <summary>The parameters and buffers, in the order in which they were added; allocation-free in a foreach.</summary>
    /// <returns>The enumerator.</returns>
    public List<Parameter<T>>.Enumerator GetEnumerator() => _parameters.GetEnumerator();

    IEnumerator<Parameter<T>> IEnumerable<Parameter<T>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (var parameter in _parameters)
        {
            parameter.Value.Dispose();
            parameter.Gradient?.Dispose();
        }
    }

    private void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_byName.ContainsKey(name))
        {
            throw new ArgumentException($"name: expected a name that is not in the set yet, but got '{name}'.", nameof(name));
        }
    }

    private Parameter<T> Add(Parameter<T> parameter)
    {
        _parameters.Add(parameter);
        _byName.Add(parameter.Name, parameter);
        return parameter;
    }
}
