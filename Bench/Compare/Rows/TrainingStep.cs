using System.Numerics;
using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>A random graph with node features, edge attributes and targets.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingData<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Draws the data.</summary>
    public TrainingData(Device device, int nodes, int edges, int width, int edgeWidth)
    {
        Graph = device.Upload(Shapes.RandomGraph(nodes, edges));
        Features = device.Upload(Shapes.Random<T>((long)nodes * width, 3), nodes, width);
        EdgeAttributes = device.Upload(Shapes.Random<T>((long)edges * edgeWidth, 4), edges, edgeWidth);
        Targets = device.Upload(Shapes.Random<T>((long)nodes * width, 5), nodes, width);
    }

    /// <summary>The graph.</summary>
    public DeviceGraph Graph { get; }

    /// <summary>Node features.</summary>
    public DeviceTensor<T> Features { get; }

    /// <summary>Edge attributes.</summary>
    public DeviceTensor<T> EdgeAttributes { get; }

    /// <summary>What the model shall give.</summary>
    public DeviceTensor<T> Targets { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Targets.Dispose();
        EdgeAttributes.Dispose();
        Features.Dispose();
        Graph.Dispose();
    }
}

/// <summary>Forward, mean squared error, backward, Adam.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingStep<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly TrainingData<T> _data;
    private readonly ParameterSet<T> _parameters;
    private readonly Func<DeviceMatrix<T>> _forward;
    private readonly Action<DeviceMatrix<T>> _backward;
    private readonly DeviceTensor<T> _dOutput;
    private readonly List<(DeviceTensor<T> First, DeviceTensor<T> Second)> _moments = [];
    private long _step;

    /// <summary>Prepares the optimiser's state.</summary>
    public TrainingStep(TrainingData<T> data, ParameterSet<T> parameters, Func<DeviceMatrix<T>> forward, Action<DeviceMatrix<T>> backward)
    {
        (_data, _parameters, _forward, _backward) = (data, parameters, forward, backward);
        var device = parameters.Device;
        _dOutput = device.Allocate<T>(data.Targets.Shape);
        foreach (var parameter in parameters)
        {
            _moments.Add((device.Allocate<T>(parameter.Value.Shape), device.Allocate<T>(parameter.Value.Shape)));
        }
    }

    /// <summary>One step.</summary>
    public void Run()
    {
        ComputeGradients();
        _step++;
        var updates = _parameters.Device.Updates<T>();
        var moment = 0;
        foreach (var parameter in _parameters)
        {
            var (first, second) = _moments[moment++];
            updates.Adam(parameter.Value, parameter.Gradient!, first, second, _step, new AdamOptions());
        }
    }

    /// <summary>The largest difference of the gradients of two steps at equal parameters, each parameter's over its largest gradient.</summary>
    public double GradientDifference(TrainingStep<T> other, ulong seed)
    {
        Initialisation.Linear(_parameters, seed);
        Initialisation.Linear(other._parameters, seed);
        ComputeGradients();
        other.ComputeGradients();
        var difference = 0.0;
        foreach (var parameter in _parameters)
        {
            difference = Math.Max(difference, Shapes.Difference<T>(other._parameters[parameter.Name].Gradient!.ToArray(), parameter.Gradient!.ToArray()));
        }

        return difference;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _dOutput.Dispose();
        foreach (var (first, second) in _moments)
        {
            first.Dispose();
            second.Dispose();
        }
    }

    private void ComputeGradients()
    {
        _parameters.ClearGradients();
        var output = _forward();
        _parameters.Device.Dense<T>().SquaredErrorBackward(output, _data.Targets, T.One / T.CreateTruncating(_data.Targets.Rows), _dOutput, default);
        _backward(_dOutput);
    }
}
