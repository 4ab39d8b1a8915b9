using System.Runtime.CompilerServices;
using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests.Devices;

/// <summary>Tensors that are dropped without being disposed.</summary>
[Collection(nameof(Alone))]
public unsafe class HostMemoryTests
{
    private const int Count = 1 << 20;

    [Fact]
    public void DroppedMemoryIsFreedAtTheNextAllocationAndNotBefore()
    {
        using var device = new CpuDevice(1);
        var address = Drop(device);
        CollectAll();

        // A kernel that was given the tensor may still be running.
        Assert.Equal(Count * sizeof(double), device.AllocatedBytes);
        Assert.Equal(3.0, address[Count - 1]);
        using var next = device.Allocate<byte>(100);
        Assert.Equal(100, device.AllocatedBytes);
    }

    [Fact]
    public void DroppedMemoryOutlivesADeviceThatThisThreadUsed()
    {
        var (device, address) = DropDevice();
        CollectAll();
        CollectAll();
        Assert.True(IsAlive(device));
        Assert.Equal(3.0, address[Count - 1]);

        // Another device takes its place.
        _ = DropDevice();
        CollectAll();
        Assert.False(IsAlive(device));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double* Drop(CpuDevice device)
    {
        var tensor = device.Allocate<double>(Count);
        tensor.Pointer[Count - 1] = 3;
        return tensor.Pointer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Dropped DropDevice()
    {
        var device = new CpuDevice(1);
        var address = Drop(device);
        using var x = device.Allocate<double>(4, 2);
        device.Dense<double>().Fill(x, 1);
        return new Dropped(new WeakReference<CpuDevice>(device), address);
    }

    // In a frame of its own, which keeps nothing alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAlive(WeakReference<CpuDevice> device) => device.TryGetTarget(out _);

    private static void CollectAll()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private readonly struct Dropped(WeakReference<CpuDevice> device, double* address)
    {
        public void Deconstruct(out WeakReference<CpuDevice> toDevice, out double* toMemory)
        {
            toDevice = device;
            toMemory = address;
        }
    }
}
