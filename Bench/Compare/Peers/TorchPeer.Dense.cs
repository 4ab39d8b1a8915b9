using System.Numerics;
#if PEER_TORCH
using static TorchSharp.torch;
#endif

namespace Native.Bench;

/// <content>Dense layers.</content>
internal static partial class TorchPeer
{
#if PEER_TORCH
    /// <summary><c>relu(x weightᵀ + bias)</c> and its gradients by <c>autograd</c>; the result is that of the weight.</summary>
    public static Peer LinearRelu<T>(T[] x, T[] weight, T[] bias, T[] dOutput, int batch, int inputs, int outputs, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Create(ElementSize<T>() * ((3L * batch * outputs) + (2L * batch * inputs) + (2L * outputs * inputs)), threads, ours, () =>
        {
            var input = Make(x, batch, inputs).requires_grad_();
            var w = Make(weight, outputs, inputs).requires_grad_();
            var b = Make(bias, 1, outputs).reshape(outputs).requires_grad_();
            var gradient = Make(dOutput, batch, outputs);
            return () =>
            {
                using var withGradient = enable_grad();
                var output = nn.functional.relu(nn.functional.linear(input, w, b));
                return autograd.grad([output], [input, w, b], [gradient])[1];
            };
        });
#else
    /// <summary><c>relu(x weightᵀ + bias)</c> and its gradients.</summary>
    public static Peer LinearRelu<T>(T[] x, T[] weight, T[] bias, T[] dOutput, int batch, int inputs, int outputs, int threads, Func<T[]> ours)
        where T : unmanaged, IFloatingPointIeee754<T> => NotBuilt((x, weight, bias, dOutput, batch, inputs, outputs, threads, ours));
#endif
}
