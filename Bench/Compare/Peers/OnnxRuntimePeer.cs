#if PEER_ONNX
using Microsoft.ML.OnnxRuntime;
#endif

namespace Native.Bench;

/// <summary>ONNX Runtime's processor kernels, when the program was built with it (<c>-p:Peers=light</c>).</summary>
internal static class OnnxRuntimePeer
{
    /// <summary>The name shown.</summary>
    public const string Name = "ONNX Runtime";

    /// <summary>The number of threads of a model with a reducing <c>ScatterND</c>: with more, updates of the same row get lost and its result is wrong.</summary>
    public const int ScatterThreads = 1;

    /// <summary>Its version, or null when the program was built without it.</summary>
    public static string? Describe() =>
#if PEER_ONNX
        OrtEnv.Instance().GetVersionString();
#else
        null;
#endif

    /// <summary>A model as a peer.</summary>
    /// <param name="bytes">The memory it needs beyond ours.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="createGraph">Makes the model and its arrays.</param>
    /// <param name="difference">See <see cref="PeerRun"/>.</param>
    public static Peer Create(long bytes, int threads, Func<OnnxGraph> createGraph, Func<double>? difference)
    {
#if PEER_ONNX
        return Peer.Available(Name, bytes, () =>
        {
            var session = new Session(createGraph(), threads);
            return new PeerRun(session.Run, difference, session.Dispose);
        });
#else
        _ = (bytes, threads, createGraph, difference);
        return Peer.Absent(Name, "build with -p:Peers=light to have it, 160 MB");
#endif
    }

#if PEER_ONNX
    private sealed class Session : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly RunOptions _options = new();
        private readonly string[] _inputNames;
        private readonly OrtValue[] _inputs;
        private readonly string[] _outputNames;
        private readonly OrtValue[] _outputs;

        public Session(OnnxGraph graph, int threads)
        {
            NativeHeap.Keep();
            using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };

            // Its threads spin between the operators of a run, as they do by default, but not on after it, which would disturb whoever is timed next.
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
            _session = new InferenceSession(graph.Encode(), options);
            _inputNames = [.. graph.Inputs.Select(input => input.Name)];
            _inputs = [.. graph.Inputs.Select(Wrap)];
            _outputNames = [graph.Output!.Name];
            _outputs = [Wrap(graph.Output)];
        }

        public void Run() => _session.Run(_options, _inputNames, _inputs, _outputNames, _outputs);

        public void Dispose()
        {
            foreach (var value in _inputs.Concat(_outputs))
            {
                value.Dispose();
            }

            _options.Dispose();
            _session.Dispose();
        }

        private static OrtValue Wrap(OnnxGraph.OnnxArray array) => array.Data switch
        {
            float[] data => OrtValue.CreateTensorValueFromMemory(data, array.Shape),
            double[] data => OrtValue.CreateTensorValueFromMemory(data, array.Shape),
            int[] data => OrtValue.CreateTensorValueFromMemory(data, array.Shape),
            long[] data => OrtValue.CreateTensorValueFromMemory(data, array.Shape),
            _ => throw new NotSupportedException($"{array.Name}: {array.Data.GetType()} is not supported."),
        };
    }
#endif
}
