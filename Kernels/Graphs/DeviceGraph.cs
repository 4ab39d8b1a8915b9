namespace Native.Kernels;

/// <summary>An <see cref="EdgeIndex"/> that a device can read. Made by <see cref="Device.Upload(EdgeIndex)"/>.</summary>
public class DeviceEdgeIndex : IDisposable
{
    /// <summary>For devices: wraps a host index.</summary>
    /// <param name="device">The device that can read it.</param>
    /// <param name="host">The index in host memory.</param>
    protected internal DeviceEdgeIndex(Device device, EdgeIndex host)
    {
        Device = device;
        Host = host;
    }

    /// <summary>The device that can read it.</summary>
    public Device Device { get; }

    /// <summary>The same index in host memory.</summary>
    public EdgeIndex Host { get; }

    /// <summary>Number of nodes <c>N</c>.</summary>
    public int Nodes => Host.Nodes;

    /// <summary>Number of edges <c>E</c>.</summary>
    public int Edges => Host.Edges;

    /// <summary>True after <see cref="Dispose()"/>.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Releases the device's copy; the host index stays.</summary>
    public void Dispose()
    {
        if (!IsDisposed)
        {
            IsDisposed = true;
            Release();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>For devices: frees what was allocated for this index. Called once.</summary>
    protected virtual void Release()
    {
    }
}

/// <summary>A <see cref="Graph"/> that a device can read. Made by <see cref="Device.Upload(Graph)"/>.</summary>
public class DeviceGraph : IDisposable
{
    /// <summary>For devices: wraps a host graph.</summary>
    /// <param name="device">The device that can read it.</param>
    /// <param name="host">The graph in host memory.</param>
    /// <param name="source">The sources on the device; owned.</param>
    /// <param name="destination">The destinations on the device; owned.</param>
    protected internal DeviceGraph(Device device, Graph host, DeviceEdgeIndex source, DeviceEdgeIndex destination)
    {
        Device = device;
        Host = host;
        Source = source;
        Destination = destination;
    }

    /// <summary>The device that can read it.</summary>
    public Device Device { get; }

    /// <summary>The same graph in host memory.</summary>
    public Graph Host { get; }

    /// <summary>The sources of the edges, grouped by source.</summary>
    public DeviceEdgeIndex Source { get; }

    /// <summary>The destinations of the edges, grouped by destination.</summary>
    public DeviceEdgeIndex Destination { get; }

    /// <summary>Number of nodes <c>N</c>.</summary>
    public int Nodes => Host.Nodes;

    /// <summary>Number of edges <c>E</c>.</summary>
    public int Edges => Host.Edges;

    /// <summary>True after <see cref="Dispose()"/>.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Releases the device's copy; the host graph stays.</summary>
    public void Dispose()
    {
        if (!IsDisposed)
        {
            IsDisposed = true;
            Release();
            Source.Dispose();
            Destination.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>For devices: frees what was allocated for this graph beside its two indices. Called once.</summary>
    protected virtual void Release()
    {
    }
}
