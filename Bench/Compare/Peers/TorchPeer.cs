using System.Numerics;
#if PEER_TORCH
using TorchSharp;
using static TorchSharp.torch;
#endif

namespace Native.Bench;

/// <summary>libtorch through TorchSharp, when the program was built with it (<c>-p:Peers=all</c>) and the system can load it.</summary>
internal static partial class TorchPeer
{
    /// <summary>The name shown.</summary>
    public const string Name = "TorchSharp";

#if PEER_TORCH
    private static readonly Lazy<string?> Unavailable = new(Load);
    private static IDisposable? s_inference;

    /// <summary><c>op(a) · op(b)</c>.</summary>
    public static Peer MatrixProduct<T>(T[] a, bool transposeA, T[] b, bool transposeB, int m, int n, int k, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create((long)ElementSize<T>() * ((long)m * k + (long)k * n + 2L * m * n), threads, ours, () =>
        {
            var first = transposeA ? Make(a, k, m).t() : Make(a, m, k);
            var second = transposeB ? Make(b, n, k).t() : Make(b, k, n);
            return () => mm(first, second);
        });

    /// <summary>The versions of TorchSharp and libtorch, or null where they are missing.</summary>
    public static string? Describe() => Unavailable.Value is null
        ? $"{typeof(torch).Assembly.GetName().Version?.ToString(3)} with libtorch {__version__.Split('+')[0]}"
        : null;

    /// <summary>A computation as a peer: what it returns is compared with ours, and freed after each call together with whatever else the call made.</summary>
    /// <param name="bytes">The memory it needs beyond ours.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="ours">Our result.</param>
    /// <param name="create">Makes its tensors, then the computation.</param>
    /// <param name="gradients">Whether the computation differentiates; without, it runs in inference mode, which is faster.</param>
    private static Peer Create<T>(long bytes, int threads, Func<T[]> ours, Func<Func<Tensor>> create, bool gradients = false)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(bytes, threads, create, result => Shapes.Difference<T>(ours(), result.contiguous().data<T>().ToArray()), gradients);

    // The same with a comparison of its own, or none.
    private static Peer Create(long bytes, int threads, Func<Func<Tensor>> create, Func<Tensor, double>? difference, bool gradients = false) =>
        Unavailable.Value is { } reason
            ? Peer.Absent(Name, reason)
            : Peer.Available(Name, bytes, () =>
            {
                Enter(threads, gradients);
                var scope = NewDisposeScope();
                var compute = create();
                return new PeerRun(
                    () =>
                    {
                        using var call = NewDisposeScope();
                        _ = compute();
                    },
                    difference is null ? null : () =>
                    {
                        using var call = NewDisposeScope();
                        return difference(compute());
                    },
                    () =>
                    {
                        scope.Dispose();
                        NativeHeap.Release();
                    },
                    () => Enter(threads, gradients));
            });

    /// <summary>Number of threads and mode are those of the process and the thread, so whoever comes next sets its own.</summary>
    private static void Enter(int threads, bool gradients)
    {
        if (gradients)
        {
            s_inference?.Dispose();
            s_inference = null;
        }
        else
        {
            s_inference ??= inference_mode();
        }

        if (get_num_threads() != threads)
        {
            set_num_threads(threads);
        }
    }

    private static unsafe int ElementSize<T>()
        where T : unmanaged => sizeof(T);

    private static ScalarType Type<T>() => typeof(T) == typeof(float) ? ScalarType.Float32 : ScalarType.Float64;

    private static Tensor Make<T>(T[] values, long rows, long columns) =>
        values is float[] singles ? tensor(singles, [rows, columns]) : tensor((double[])(object)values, [rows, columns]);

    private static string? Load()
    {
        // Its OpenMP threads spin after their work, long enough for the next loop, and stop before whoever is timed next begins.
        NativeEnvironment.Set("GOMP_SPINCOUNT", "10000");
        NativeEnvironment.Set("KMP_BLOCKTIME", "0");
        NativeHeap.Keep();
        try
        {
            InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or NotSupportedException or TypeInitializationException or EntryPointNotFoundException)
        {
            return $"libtorch does not load here: {(exception.InnerException ?? exception).Message.Split('\n')[0]}";
        }
    }
#else
    /// <summary>The versions of TorchSharp and libtorch, or null where they are missing.</summary>
    public static string? Describe() => null;

    /// <summary><c>op(a) · op(b)</c>.</summary>
    public static Peer MatrixProduct<T>(T[] a, bool transposeA, T[] b, bool transposeB, int m, int n, int k, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((a, transposeA, b, transposeB, m, n, k, threads, ours));

    private static Peer NotBuilt<TArguments>(TArguments arguments)
    {
        _ = arguments;
        return Peer.Absent(Name, "build with -p:Peers=all to have it, 600 MB");
    }
#endif
}
