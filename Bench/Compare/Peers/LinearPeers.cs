using System.Numerics;
using Tensor = System.Numerics.Tensors.TensorPrimitives;

namespace Native.Bench;

/// <summary>Other linear layers.</summary>
internal static class LinearPeers
{
    /// <summary>Products by OpenBLAS; bias, ReLU and their gradients by rows through TensorPrimitives.</summary>
    public static unsafe Peer OpenBlas<T>(T[] x, T[] weight, T[] bias, T[] dOutput, int batch, int inputs, int outputs, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (OpenBlasLibrary.Missing is { } reason)
        {
            return Peer.Absent(OpenBlasLibrary.Name, reason);
        }

        return Peer.Available(OpenBlasLibrary.Name, sizeof(T) * ((2L * batch * outputs) + ((long)batch * inputs) + ((long)outputs * inputs)), () =>
        {
            var output = new T[batch * outputs];
            var dz = new T[batch * outputs];
            var dx = new T[batch * inputs];
            var dWeight = new T[outputs * inputs];
            var dBias = new T[outputs];
            return new PeerRun(
                () =>
                {
                    MatrixProductPeers.OpenBlasProduct<T>(x, false, weight, true, output, batch, outputs, inputs);
                    for (var i = 0; i < batch; i++)
                    {
                        var row = output.AsSpan(i * outputs, outputs);
                        Tensor.Add(row, bias, row);
                        Tensor.Max(row, T.Zero, row);
                        for (var j = 0; j < outputs; j++)
                        {
                            dz[(i * outputs) + j] = row[j] > T.Zero ? dOutput[(i * outputs) + j] : T.Zero;
                        }

                        Tensor.Add(dBias, dz.AsSpan(i * outputs, outputs), dBias);
                    }

                    MatrixProductPeers.OpenBlasProduct<T>(dz, false, weight, false, dx, batch, inputs, outputs);
                    MatrixProductPeers.OpenBlasProduct<T>(dz, true, x, false, dWeight, outputs, inputs, batch);
                },
                () => Shapes.Difference<T>(ours(), dWeight),
                prepare: () => OpenBlasLibrary.SetThreads(threads));
        });
    }
}
