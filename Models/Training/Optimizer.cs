using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>Moves the parameters of a set against their gradients. Knows names and sizes, not the model.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Optimizer<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>For optimisers.</summary>
    /// <param name="parameters">The set; not owned. Buffers in it are left alone.</param>
    private protected Optimizer(ParameterSet<T> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        Updates = parameters.Device.Updates<T>();
    }

    /// <summary>The parameters.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>Number of steps done.</summary>
    public long Steps { get; private set; }

    private protected UpdateKernels<T> Updates { get; }

    /// <summary>One step with the gradients as they are. Allocates nothing.</summary>
    public void Step()
    {
        Steps++;
        var index = 0;
        foreach (var parameter in Parameters)
        {
            if (!parameter.IsBuffer)
            {
                Update(index, parameter.Value, parameter.Gradient, Steps);
            }

            index++;
        }
    }

    /// <summary>Frees the state of the optimiser; the parameters stay with their set.</summary>
    public abstract void Dispose();

    private protected abstract void Update(int index, DeviceTensor<T> parameter, DeviceTensor<T> gradient, long step);

    // One tensor of zeros for each parameter, none for buffers.
    private protected static DeviceTensor<T>?[] AllocateState(ParameterSet<T> parameters)
    {
        var state = new DeviceTensor<T>?[parameters.Count];
        var index = 0;
        foreach (var parameter in parameters)
        {
            state[index++] = parameter.IsBuffer ? null : parameters.Device.Allocate<T>(parameter.Value.Shape);
        }

        return state;
    }

    private protected static void Free(DeviceTensor<T>?[]? state)
    {
        foreach (var tensor in state ?? [])
        {
            tensor?.Dispose();
        }
    }
}
