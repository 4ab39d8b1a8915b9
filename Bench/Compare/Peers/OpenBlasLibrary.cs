using System.Runtime.InteropServices;

namespace Native.Bench;

/// <summary>OpenBLAS, where the system has it.</summary>
internal static unsafe class OpenBlasLibrary
{
    /// <summary>The name shown.</summary>
    public const string Name = "OpenBLAS";

    private const int RowMajor = 101;
    private const int NoTranspose = 111;
    private const int Transposed = 112;

    private static readonly string[] FileNames = ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "libopenblas.dll"];
    private static readonly nint Library = Load();
    private static readonly nint FloatProduct = Export("cblas_sgemm");
    private static readonly nint DoubleProduct = Export("cblas_dgemm");

    /// <summary>Why it cannot be used, or null.</summary>
    public static string? Missing => Library == 0 ? $"no {FileNames[0]} on this system" : null;

    /// <summary>The version and the kernels it chose for this processor, or null where it is missing or too old to tell.</summary>
    public static string? Describe()
    {
        if (!NativeLibrary.TryGetExport(Library, "openblas_get_config", out var config) || !NativeLibrary.TryGetExport(Library, "openblas_get_corename", out var core))
        {
            return null;
        }

        // "OpenBLAS 0.3.29 DYNAMIC_ARCH NO_AFFINITY Cooperlake MAX_THREADS=64"
        var version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)config)())?.Split(' ').ElementAtOrDefault(1);
        return $"{version}, {Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)core)())} kernels";
    }

    /// <summary>Sets the number of threads of the following products.</summary>
    public static void SetThreads(int threads) => ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(Library, "openblas_set_num_threads"))(threads);

    /// <summary><c>c = op(a) · op(b)</c>, all row-major and contiguous.</summary>
    public static void MatrixProduct(float* a, bool transposeA, float* b, bool transposeB, float* c, int m, int n, int k) =>
        ((delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)FloatProduct)(
            RowMajor, Operation(transposeA), Operation(transposeB), m, n, k, 1, a, transposeA ? m : k, b, transposeB ? k : n, 0, c, n);

    /// <inheritdoc cref="MatrixProduct(float*, bool, float*, bool, float*, int, int, int)"/>
    public static void MatrixProduct(double* a, bool transposeA, double* b, bool transposeB, double* c, int m, int n, int k) =>
        ((delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void>)DoubleProduct)(
            RowMajor, Operation(transposeA), Operation(transposeB), m, n, k, 1, a, transposeA ? m : k, b, transposeB ? k : n, 0, c, n);

    // Found once: a look-up takes several hundredths of a small product.
    private static nint Export(string name) => Library == 0 ? 0 : NativeLibrary.GetExport(Library, name);

    private static int Operation(bool transpose) => transpose ? Transposed : NoTranspose;

    private static nint Load()
    {
        // Its threads spin for 2^n cycles after each product: long enough for the next one, and over before whoever is timed next begins.
        NativeEnvironment.Set("OPENBLAS_THREAD_TIMEOUT", "20");
        foreach (var name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return library;
            }
        }

        return 0;
    }
}
