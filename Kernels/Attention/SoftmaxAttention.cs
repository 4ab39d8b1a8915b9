namespace Native.Kernels;

public abstract partial class AttentionKernels<T>
{
    /// <summary>
    /// Scaled dot-product attention (Vaswani et al. 2017, eq. 1): <c>P = softmax(scale · Q Kᵀ + bias)</c> over the keys that a query sees, <c>output = P V</c>,
    /// <c>lse = log Σ_t exp(scale · Q Kᵀ + bias)</c>. Computed in tiles with a running maximum and sum (Dao et al. 2022), so that no <c>S×T</c> array is stored unless
    /// <paramref name="probabilities"/> is given.
    /// </summary>
    /// <remarks>
    /// <para>Query <c>s</c> of sequence <c>b</c> sees the keys <c>t &lt; keyLengths[b]</c>, and with <see cref="AttentionOptions.Causal"/> only those with <c>t ≤ s + T - S</c>. What a
    /// query does not see is not read for it: padded caches may hold anything. A bias of <c>-∞</c> is arithmetic: its key has weight 0, and a NaN in its value stays NaN.</para>
    /// <para>A query that sees no key, or whose logits are all <c>-∞</c>, has output 0 and lse <c>-∞</c>. NaN in a query, or in a key or value that it sees, makes its output NaN; so does a logit of <c>+∞</c>.</para>
    /// <para>Query head <c>h</c> uses key head <c>h / (H / Hkv)</c>.</para>
    /// <para>A key length outside <c>[0, T]</c> sets the device's status word to the sequence and makes all its results NaN.</para>
    /// </remarks>
    /// <param name="q">Queries <c>[B, H, S, d]</c>, <c>d ≥ 1</c>.</param>
    /// <param name="k">Keys <c>[B, Hkv, T, d]</c>, <c>H</c> a multiple of <c>Hkv</c>.</param>
    /// <param name="v">Values <c>[B, Hkv, T, d]</c>.</param>
    /// <param name="keyLengths">Number of keys of every sequence, <c>[B]</c>; null for <c>T</c> everywhere.</param>
    /// <param name="bias">Added to the logits: <c>[B or 1, H or 1, S or 1, T]</c>, a size of 1 is repeated; may be absent. A bias per key is <c>[B, 1, 1, T]</c>.</param>
    /// <param name="output">Receives the weighted means of the values, <c>[B, H, S, d]</c>.</param>
    /// <param name="lse">Receives the log-sum-exp of the logits, <c>[B, H, S]</c>, in nats; the backward pass reads it.</param>
    /// <param name="options">Scale and causal mask.</param>
    /// <param name="probabilities">Receives <c>P [B, H, S, T]</c>, 0 where a query does not see a key; may be absent.</param>
    public void SoftmaxAttention(
        DeviceHeads<T> q,
        DeviceHeads<T> k,
        DeviceHeads<T> v,
        DeviceTensor<int>? keyLengths,
        DeviceHeads<T> bias,
        DeviceHeads<T> output,
        DeviceTensor<T> lse,
        AttentionOptions options,
        DeviceHeads<T> probabilities = default)
    {
        CheckInputs(q, k, v, keyLengths, bias, options);
        Check.Output(Device, output, q.Batch, q.Heads, q.Rows, q.Columns);
        Check.Vector(Device, lse, q.Batch * q.Heads * q.Rows);
        Check.OptionalOutput(Device, probabilities, q.Batch, q.Heads, q.Rows, k.Rows);
        Check.Apart(output, q);
        Check.Apart(output, k);
        Check.Apart(output, v);
        Check.Apart(output, bias);
        Check.Apart(probabilities, q);
        Check.Apart(probabilities, k);
        Check.Apart(probabilities, v);
        Check.Apart(probabilities, bias);
        Check.Apart(probabilities, output);
        CheckLse(lse, q, k, v, bias, output, probabilities);
        SoftmaxAttentionCore(q, k, v, keyLengths, bias, output, lse, options, probabilities);
    }

    /// <summary>
    /// Gradient of <see cref="SoftmaxAttention"/>, from <c>P</c> recomputed as <c>exp(scale · Q Kᵀ + bias - lse)</c>. With <c>D = Σ_d dOutput ⊙ output</c> per query and
    /// <c>dZ = P ⊙ (dOutput Vᵀ - D)</c>: <c>dQ = scale · dZ K</c>, <c>dK = scale · dZᵀ Q</c>, <c>dV = Pᵀ dOutput</c> (both summed over the query heads of a key head), <c>dBias = dZ</c> summed over the
    /// axes on which the bias is repeated (Dao et al. 2022, appendix B.2). All overwrite.
    /// </summary>
    /// <remarks>
    /// A pair of a query and a key that it does not see contributes nothing, whatever either holds. A query with lse <c>-∞</c> has weights of 0 and therefore zero gradients.
    /// Nothing flows back from <c>lse</c> or <c>P</c> as outputs.
    /// </remarks>
    /// <param name="q">Queries <c>[B, H, S, d]</c>.</param>
    /// <param name="k">Keys <c>[B, Hkv, T, d]</c>.</param>
    /// <param name="v">Values <c>[B, Hkv, T, d]</c>.</param>
    /// <param name="keyLengths">Key lengths of the forward call.</param>
    /// <param name="bias">Bias of the forward call.</param>
    /// <param name="output">Output of the forward call, <c>[B, H, S, d]</c>.</param>
    /// <param name="lse">Log-sum-exp of the forward call, <c>[B, H, S]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, H, S, d]</c>.</param>
    /// <param name="dQ">Receives the gradient of the queries, <c>[B, H, S, d]</c>.</param>
    /// <param name="dK">Receives the gradient of the keys, <c>[B, Hkv, T, d]</c>; 0 behind a key length.</param>
    /// <param name="dV">Receives the gradient of the values, <c>[B, Hkv, T, d]</c>; 0 behind a key length.</param>
    /// <param name="dBias">Receives the gradient of the bias, in its shape; may be absent.</param>
    /// <param name="options">Options of the forward call.</param>
    public void SoftmaxAttentionBackward(
        DeviceHeads<T> q,
        DeviceHeads<T> k,
        DeviceHeads<T> v,
        DeviceTensor<int>? keyLengths,
        DeviceHeads<T> bias,
        DeviceHeads<T> output,
        DeviceTensor<T> lse,
        DeviceHeads<T> dOutput,
        DeviceHeads<T> dQ,
        DeviceHeads<T> dK,
        DeviceHeads<T> dV,
        DeviceHeads<T> dBias,
        AttentionOptions options)
    {
        CheckInputs(q, k, v, keyLengths, bias, options);
        Check.Heads(Device, output, q.Batch, q.Heads, q.Rows, q.Columns);
        Check.Vector(Device, lse, q.Batch * q.Heads * q.Rows);
        Check.Heads(Device, dOutput, q.Batch, q.Heads, q.Rows, q.Columns);
        Check.Output(Device, dQ, q.Batch, q.Heads, q.Rows, q.Columns);
        Check.Output(Device, dK, k.Batch, k.Heads, k.Rows, k.Columns);
        Check.Output(Device, dV, v.Batch, v.Heads, v.Rows, v.Columns);
        if (!dBias.IsAbsent)
        {
            Check.Present(Device, bias);
            Check.Output(Device, dBias, bias.Batch, bias.Heads, bias.Rows, bias.Columns);
        }

        CheckGradient(dQ, q, k, v, bias, output, dOutput, nameof(dQ));
        CheckGradient(dK, q, k, v, bias, output, dOutput, nameof(dK));
        CheckGradient(dV, q, k, v, bias, output, dOutput, nameof(dV));
        CheckGradient(dBias, q, k, v, bias, output, dOutput, nameof(dBias));
        Check.Apart(dK, dQ);
        Check.Apart(dV, dQ);
        Check.Apart(dV, dK);
        Check.Apart(dBias, dQ);
        Check.Apart(dBias, dK);
        Check.Apart(dBias, dV);
        CheckLse(lse, dQ, dK, dV, dBias, default, default);
        SoftmaxAttentionBackwardCore(q, k, v, keyLengths, bias, output, lse, dOutput, dQ, dK, dV, dBias, options);
    }

    /// <summary>Device side of <see cref="SoftmaxAttention"/>; arguments are checked.</summary>
    protected abstract void SoftmaxAttentionCore(
        DeviceHeads<T> q, DeviceHeads<T> k, DeviceHeads<T> v, DeviceTensor<int>? keyLengths, DeviceHeads<T> bias, DeviceHeads<T> output, DeviceTensor<T> lse, AttentionOptions options, DeviceHeads<T> probabilities);

    /// <summary>Device side of <see cref="SoftmaxAttentionBackward"/>; arguments are checked.</summary>
    protected abstract void SoftmaxAttentionBackwardCore(
        DeviceHeads<T> q,
        DeviceHeads<T> k,
        DeviceHeads<T> v,
        DeviceTensor<int>? keyLengths,
        DeviceHeads<T> bias,
        DeviceHeads<T> output,
        DeviceTensor<T> lse,
        DeviceHeads<T> dOutput,
        DeviceHeads<T> dQ,
        DeviceHeads<T> dK,
        DeviceHeads<T> dV,
        DeviceHeads<T> dBias,
        AttentionOptions options);

    private static void CheckGradient(
        DeviceHeads<T> gradient, DeviceHeads<T> q, DeviceHeads<T> k, DeviceHeads<T> v, DeviceHeads<T> bias, DeviceHeads<T> output, DeviceHeads<T> dOutput, string name)
    {
        Check.Apart(gradient, q, name);
        Check.Apart(gradient, k, name);
        Check.Apart(gradient, v, name);
        Check.Apart(gradient, bias, name);
        Check.Apart(gradient, output, name);
        Check.Apart(gradient, dOutput, name);
    }

    private static void CheckLse(DeviceTensor<T> lse, DeviceHeads<T> a, DeviceHeads<T> b, DeviceHeads<T> c, DeviceHeads<T> d, DeviceHeads<T> e, DeviceHeads<T> f)
    {
        if (Shares(a) || Shares(b) || Shares(c) || Shares(d) || Shares(e) || Shares(f))
        {
            throw new ArgumentException("lse: expected a tensor of its own, but another argument lies in it too.", nameof(lse));
        }

        bool Shares(DeviceHeads<T> other) => !other.IsAbsent && ReferenceEquals(other.Tensor, lse);
    }

    private void CheckInputs(DeviceHeads<T> q, DeviceHeads<T> k, DeviceHeads<T> v, DeviceTensor<int>? keyLengths, DeviceHeads<T> bias, AttentionOptions options)
    {
        Check.Present(Device, q);
        Check.Present(Device, k);
        if (q.Columns < 1)
        {
            throw new ArgumentException($"q: expected heads of at least 1 column, but got shape [{q.Batch}, {q.Heads}, {q.Rows}, {q.Columns}].", nameof(q));
        }

        if (k.Heads == 0 ? q.Heads != 0 : q.Heads % k.Heads != 0)
        {
            throw new ArgumentException($"k: expected a number of heads that divides the {q.Heads} heads of q, but got {k.Heads}.", nameof(k));
        }

        Check.Heads(Device, k, q.Batch, k.Heads, k.Rows, q.Columns);
        Check.Heads(Device, v, q.Batch, k.Heads, k.Rows, q.Columns);
        Check.OptionalVector(Device, keyLengths, q.Batch);
        if (!bias.IsAbsent)
        {
            Check.Present(Device, bias);
            if ((bias.Batch != q.Batch && bias.Batch != 1) || (bias.Heads != q.Heads && bias.Heads != 1) || (bias.Rows != q.Rows && bias.Rows != 1) || bias.Columns != k.Rows)
            {
                throw new ArgumentException(
                    $"bias: expected shape [{q.Batch} or 1, {q.Heads} or 1, {q.Rows} or 1, {k.Rows}], but got [{bias.Batch}, {bias.Heads}, {bias.Rows}, {bias.Columns}].", nameof(bias));
            }
        }

        if (!double.IsFinite(options.ScaleOf(q.Columns)))
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"options: expected a finite scale, but got {options.Scale}.");
        }
    }
}
