using System.Numerics.Tensors;

namespace Native.Bench;

/// <summary>Which build of a peer was compared with.</summary>
internal static class PeerVersions
{
    /// <summary>The name of a peer with its version where it has one, and with what it chose to run.</summary>
    public static string Describe(string peer) => peer switch
    {
        OpenBlasLibrary.Name => With(peer, OpenBlasLibrary.Describe()),
        OnnxRuntimePeer.Name => With(peer, OnnxRuntimePeer.Describe()),
        TorchPeer.Name => With(peer, TorchPeer.Describe()),
        PlainLoops.TensorPrimitives => With(peer, Machine.InformationalVersion(typeof(TensorPrimitives).Assembly).Split('+')[0]),
        _ => $"{peer} (C#, in Bench)",
    };

    private static string With(string peer, string? version) => version is null ? peer : $"{peer} {version}";
}
