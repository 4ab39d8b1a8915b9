namespace Native.Bench;

/// <summary>The devices by the names of the command line.</summary>
internal static class DeviceNames
{
    /// <summary>Scalar loops in double accumulation: slow and right.</summary>
    public const string Reference = "reference";

    /// <summary>The SIMD processor.</summary>
    public const string Cpu = "cpu";

    /// <summary>GPU kernels on ILGPU's simulator.</summary>
    public const string Simulator = "simulator";

    /// <summary>GPU kernels on an OpenCL device.</summary>
    public const string OpenCL = "opencl";

    /// <summary>GPU kernels on an NVIDIA GPU.</summary>
    public const string Cuda = "cuda";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [Reference, Cpu, Simulator, OpenCL, Cuda];
}
