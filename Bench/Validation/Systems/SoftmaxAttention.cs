using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Softmax attention.</summary>
internal sealed class SoftmaxAttentionSystem : IReferenceSystem
{
    private enum Bias
    {
        None,
        Full,
        Key,
    }

    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var q = run.Input("q");
        var k = run.Input("k");
        var v = run.Input("v");
        var kind = run.Case.Option<Bias>("bias");
        var biasTensor = kind == Bias.None ? null : run.Input("bias");
        var keyLengths = run.Case.Flag("key_lengths") ? run.KeyLengths() : null;
        var options = new AttentionOptions(run.Case.OptionalNumber("scale"), run.Case.Flag("causal"));
        var output = run.Overwritten(q.Shape);
        var lse = run.Overwritten(q.Shape[..3]);
        run.Attention.SoftmaxAttention(q, k, v, keyLengths, Heads(biasTensor), output, lse, options);
        run.Output("out", output);
        run.Output("lse", lse);
        if (!run.Has("grad/q"))
        {
            return;
        }

        var dQ = run.Overwritten(q.Shape);
        var dK = run.Overwritten(k.Shape);
        var dV = run.Overwritten(v.Shape);
        var dBias = biasTensor is null ? null : run.Overwritten(biasTensor.Shape);
        run.Attention.SoftmaxAttentionBackward(q, k, v, keyLengths, Heads(biasTensor), output, lse, run.Cotangent("out"), dQ, dK, dV, Heads(dBias), options);
        run.Gradient("q", dQ);
        run.Gradient("k", dK);
        run.Gradient("v", dV);
        if (dBias is not null)
        {
            run.Gradient("bias", dBias);
        }

        // A bias per key is [B, T].
        DeviceHeads<T> Heads(DeviceTensor<T>? tensor) => kind == Bias.Key ? DeviceHeads<T>.Stack(tensor, tensor!.Rows, 1) : tensor;
    }
}
