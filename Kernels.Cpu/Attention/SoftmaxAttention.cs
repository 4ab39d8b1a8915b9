using System.Numerics;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Attention
{
    // For fewer queries than this, reading keys and values takes longer than the products.
    private const int FewQueries = 4;

    // Multiply-adds that are not worth waking another thread for.
    private const long SmallWork = 1 << 16;

    /// <summary>
    /// Scaled dot-product attention: <c>P = softmax(scale · Q Kᵀ + bias)</c> over the keys that a query sees, <c>output = P V</c>. <c>P</c> is not stored unless it is asked for.
    /// </summary>
    /// <remarks><see cref="AttentionKernels{T}.SoftmaxAttention"/> has the whole contract. Exponentials have an error of at most 1 ulp.</remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="q">Queries <c>[B, H, S, d]</c>, <c>d ≥ 1</c>.</param>
    /// <param name="k">Keys <c>[B, Hkv, T, d]</c>, <c>H</c> a multiple of <c>Hkv</c>.</param>
    /// <param name="v">Values <c>[B, Hkv, T, d]</c>.</param>
    /// <param name="keyLengths">Number of keys of every sequence, <c>[B]</c>, each in <c>[0, T]</c>; empty for <c>T</c> everywhere.</param>
    /// <param name="bias">Added to the logits, <c>[B or 1, H or 1, S or 1, T]</c>; may be absent.</param>
    /// <param name="output">Receives the weighted means of the values, <c>[B, H, S, d]</c>.</param>
    /// <param name="lse">Receives the log-sum-exp of the logits, <c>[B, H, S]</c>, in nats.</param>
    /// <param name="options">Scale and causal mask.</param>
    /// <param name="probabilities">Receives <c>P [B, H, S, T]</c>; may be absent.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void SoftmaxAttention<T>(
        ReadOnlyHeadsView<T> q,
        ReadOnlyHeadsView<T> k,
        ReadOnlyHeadsView<T> v,
        ReadOnlySpan<int> keyLengths,
        ReadOnlyHeadsView<T> bias,
        HeadsView<T> output,
        Span<T> lse,
        AttentionOptions options,
        HeadsView<T> probabilities = default,
        int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckInputs(q, k, v, keyLengths, bias, options);
        CheckOutput(output, q.Batch, q.Heads, q.Rows, q.Columns, nameof(output));
        Argument.Vector<T>(lse, q.Batch * q.Heads * q.Rows);
        if (!probabilities.IsAbsent)
        {
            CheckOutput(probabilities, q.Batch, q.Heads, q.Rows, k.Rows, nameof(probabilities));
        }

        fixed (T* qFirst = &q.First, kFirst = &k.First, vFirst = &v.First, biasFirst = &bias.First)
        fixed (T* outputFirst = &output.First, probabilitiesFirst = &probabilities.First, lseFirst = lse)
        fixed (int* lengths = keyLengths)
        {
            var arguments = Arguments(q, qFirst, k, kFirst, v, vFirst, bias, biasFirst, lseFirst, lengths, options);
            arguments.Output = new(outputFirst, output);
            arguments.Probabilities = new(probabilitiesFirst, probabilities);
            Forward(ref arguments, threads);
        }
    }

    /// <summary>Gradient of <see cref="SoftmaxAttention"/>; everything overwrites.</summary>
    /// <remarks><see cref="AttentionKernels{T}.SoftmaxAttentionBackward"/> has the whole contract.</remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="q">Queries <c>[B, H, S, d]</c>.</param>
    /// <param name="k">Keys <c>[B, Hkv, T, d]</c>.</param>
    /// <param name="v">Values <c>[B, Hkv, T, d]</c>.</param>
    /// <param name="keyLengths">Key lengths of the forward call.</param>
    /// <param name="bias">Bias of the forward call.</param>
    /// <param name="output">Output of the forward call, <c>[B, H, S, d]</c>.</param>
    /// <param name="lse">Log-sum-exp of the forward call, <c>[B, H, S]</c>.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, H, S, d]</c>.</param>
    /// <param name="dQ">Receives the gradient of the queries, <c>[B, H, S, d]</c>.</param>
    /// <param name="dK">Receives the gradient of the keys, <c>[B, Hkv, T, d]</c>.</param>
    /// <param name="dV">Receives the gradient of the values, <c>[B, Hkv, T, d]</c>.</param>
    /// <param name="dBias">Receives the gradient of the bias, in its shape; may be absent.</param>
    /// <param name="options">Options of the forward call.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void SoftmaxAttentionBackward<T>(
        ReadOnlyHeadsView<T> q,
        ReadOnlyHeadsView<T> k,
        ReadOnlyHeadsView<T> v,
        ReadOnlySpan<int> keyLengths,
        ReadOnlyHeadsView<T> bias,
        ReadOnlyHeadsView<T> output,
        ReadOnlySpan<T> lse,
        ReadOnlyHeadsView<T> dOutput,
        HeadsView<T> dQ,
        HeadsView<T> dK,
        HeadsView<T> dV,
        HeadsView<T> dBias,
        AttentionOptions options,
        int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckInputs(q, k, v, keyLengths, bias, options);
        CheckShape(output, q.Batch, q.Heads, q.Rows, q.Columns, nameof(output));
        Argument.Vector(lse, q.Batch * q.Heads * q.Rows);
        CheckShape(dOutput, q.Batch, q.Heads, q.Rows, q.Columns, nameof(dOutput));
        CheckOutput(dQ, q.Batch, q.Heads, q.Rows, q.Columns, nameof(dQ));
        CheckOutput(dK, k.Batch, k.Heads, k.Rows, k.Columns, nameof(dK));
        CheckOutput(dV, k.Batch, k.Heads, k.Rows, k.Columns, nameof(dV));
        if (!dBias.IsAbsent)
        {
            CheckPresent(bias, nameof(bias));
            CheckOutput(dBias, bias.Batch, bias.Heads, bias.Rows, bias.Columns, nameof(dBias));
        }

        fixed (T* qFirst = &q.First, kFirst = &k.First, vFirst = &v.First, biasFirst = &bias.First, outputFirst = &output.First, dOutputFirst = &dOutput.First)
        fixed (T* dQFirst = &dQ.First, dKFirst = &dK.First, dVFirst = &dV.First, dBiasFirst = &dBias.First, lseFirst = lse)
        fixed (int* lengths = keyLengths)
        {
            var arguments = Arguments(q, qFirst, k, kFirst, v, vFirst, bias, biasFirst, lseFirst, lengths, options);
            arguments.Output = new(outputFirst, output);
            arguments.DOutput = new(dOutputFirst, dOutput);
            arguments.DQ = new(dQFirst, dQ);
            arguments.DK = new(dKFirst, dK);
            arguments.DV = new(dVFirst, dV);
            arguments.DBias = new(dBiasFirst, dBias);
            Backward(ref arguments, threads);
        }
    }

    internal static AttentionArguments<T> Arguments<T>(
        ReadOnlyHeadsView<T> q,
        T* qFirst,
        ReadOnlyHeadsView<T> k,
        T* kFirst,
        ReadOnlyHeadsView<T> v,
        T* vFirst,
        ReadOnlyHeadsView<T> bias,
        T* biasFirst,
        T* lse,
        int* keyLengths,
        AttentionOptions options)
        where T : unmanaged, IFloatingPointIeee754<T> => new()
        {
            Batch = q.Batch,
            Heads = q.Heads,
            KeyHeads = k.Heads,
            Queries = q.Rows,
            Keys = k.Rows,
            Columns = q.Columns,
            Scale = options.ScaleOf(q.Columns),
            Causal = options.Causal,
            KeyLengths = keyLengths,
            Q = new(qFirst, q),
            K = new(kFirst, k),
            V = new(vFirst, v),
            Bias = new(biasFirst, bias),
            BiasBatch = bias.Batch,
            BiasHeads = bias.Heads,
            BiasRows = bias.Rows,
            Lse = lse,
        };

    internal static void Forward<T>(ref AttentionArguments<T> arguments, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Forward<T, Vector512<T>, MatrixProductRegister512<T>, Lanes512<T>>(ref arguments, Threads(arguments, threads));
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Forward<T, Vector256<T>, MatrixProductRegister256<T>, Lanes256<T>>(ref arguments, Threads(arguments, threads));
        }
        else
        {
            Forward<T, Vector128<T>, MatrixProductRegister128<T>, Lanes128<T>>(ref arguments, Threads(arguments, threads));
        }
    }

    internal static void Backward<T>(ref AttentionArguments<T> arguments, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Backward<T, Vector512<T>, MatrixProductRegister512<T>, Lanes512<T>>(ref arguments, Threads(arguments, threads));
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Backward<T, Vector256<T>, MatrixProductRegister256<T>, Lanes256<T>>(ref arguments, Threads(arguments, threads));
        }
        else
        {
            Backward<T, Vector128<T>, MatrixProductRegister128<T>, Lanes128<T>>(ref arguments, Threads(arguments, threads));
        }
    }

    private static void Forward<T, TVector, TRegister, TLanes>(ref AttentionArguments<T> arguments, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged
        where TRegister : struct, IMatrixProductRegister<TVector, T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (arguments.Queries <= FewQueries)
        {
            AttentionFewQueries<T, TLanes>.Run(ref arguments, threads);
        }
        else
        {
            AttentionForward<T, TVector, TRegister, TLanes>.Run(ref arguments, threads);
        }

        if (!arguments.Probabilities.IsAbsent)
        {
            AttentionProbabilities<T, TLanes>.Run(ref arguments, threads);
        }

        AttentionFaults.Forward(arguments);
    }

    private static void Backward<T, TVector, TRegister, TLanes>(ref AttentionArguments<T> arguments, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged
        where TRegister : struct, IMatrixProductRegister<TVector, T>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        AttentionBackward<T, TVector, TRegister, TLanes>.Run(ref arguments, threads);
        if (!arguments.DBias.IsAbsent)
        {
            AttentionBiasGradient<T, TLanes>.Run(ref arguments, threads);
        }

        AttentionFaults.Backward(arguments);
    }

    private static int Threads<T>(in AttentionArguments<T> arguments, int allowed)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        (double)arguments.Batch * arguments.Heads * arguments.Queries * arguments.Keys * arguments.Columns < SmallWork ? 1 : allowed;

    private static void CheckInputs<T>(
        ReadOnlyHeadsView<T> q, ReadOnlyHeadsView<T> k, ReadOnlyHeadsView<T> v, ReadOnlySpan<int> keyLengths, ReadOnlyHeadsView<T> bias, AttentionOptions options)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckPresent(q, nameof(q));
        CheckPresent(k, nameof(k));
        if (q.Columns < 1)
        {
            throw new ArgumentException($"q: expected heads of at least 1 column, but got shape [{q.Batch}, {q.Heads}, {q.Rows}, {q.Columns}].", nameof(q));
        }

        if (k.Heads == 0 ? q.Heads != 0 : q.Heads % k.Heads != 0)
        {
            throw new ArgumentException($"k: expected a number of heads that divides the {q.Heads} heads of q, but got {k.Heads}.", nameof(k));
        }

        CheckShape(k, q.Batch, k.Heads, k.Rows, q.Columns, nameof(k));
        CheckShape(v, q.Batch, k.Heads, k.Rows, q.Columns, nameof(v));
        Argument.OptionalVector(keyLengths, q.Batch);
        for (var b = 0; b < keyLengths.Length; b++)
        {
            if ((uint)keyLengths[b] > (nuint)k.Rows)
            {
                throw new ArgumentOutOfRangeException(nameof(keyLengths), $"keyLengths: expected lengths in [0, {k.Rows}], but sequence {b} has {keyLengths[b]}.");
            }
        }

        if (!bias.IsAbsent
            && ((bias.Batch != q.Batch && bias.Batch != 1) || (bias.Heads != q.Heads && bias.Heads != 1) || (bias.Rows != q.Rows && bias.Rows != 1) || bias.Columns != k.Rows))
        {
            throw new ArgumentException(
                $"bias: expected shape [{q.Batch} or 1, {q.Heads} or 1, {q.Rows} or 1, {k.Rows}], but got [{bias.Batch}, {bias.Heads}, {bias.Rows}, {bias.Columns}].", nameof(bias));
        }

        if (!double.IsFinite(options.ScaleOf(q.Columns)))
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"options: expected a finite scale, but got {options.Scale}.");
        }
    }

    private static void CheckPresent<T>(ReadOnlyHeadsView<T> heads, string name)
        where T : unmanaged
    {
        if (heads.IsAbsent && heads.Columns == 0)
        {
            throw new ArgumentNullException(name, $"{name}: expected heads [B, H, S, d], but none were given.");
        }
    }

    private static void CheckShape<T>(ReadOnlyHeadsView<T> heads, nint batch, nint count, nint rows, nint columns, string name)
        where T : unmanaged
    {
        CheckPresent(heads, name);
        if (heads.Batch != batch || heads.Heads != count || heads.Rows != rows || heads.Columns != columns)
        {
            throw new ArgumentException(
                $"{name}: expected shape [{batch}, {count}, {rows}, {columns}], but got [{heads.Batch}, {heads.Heads}, {heads.Rows}, {heads.Columns}].", name);
        }
    }

    private static void CheckOutput<T>(HeadsView<T> heads, nint batch, nint count, nint rows, nint columns, string name)
        where T : unmanaged
    {
        CheckShape<T>(heads, batch, count, rows, columns, name);
        if (!heads.HasDistinctElements)
        {
            throw new ArgumentException($"{name}: expected elements of their own, but got repeated ones (strides {heads.BatchStride}, {heads.HeadStride}, {heads.RowStride}).", name);
        }
    }
}

internal sealed unsafe partial class CpuAttentionKernels<T>
{
    protected override void SoftmaxAttentionCore(
        DeviceHeads<T> q, DeviceHeads<T> k, DeviceHeads<T> v, DeviceTensor<int>? keyLengths, DeviceHeads<T> bias, DeviceHeads<T> output, DeviceTensor<T> lse, AttentionOptions options, DeviceHeads<T> probabilities)
    {
        var arguments = Arguments(q, k, v, keyLengths, bias, lse, options);
        arguments.Output = Operand(output);
        arguments.Probabilities = Operand(probabilities);
        Attention.Forward(ref arguments, Threads);
    }

    protected override void SoftmaxAttentionBackwardCore(
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
        var arguments = Arguments(q, k, v, keyLengths, bias, lse, options);
        arguments.Output = Operand(output);
        arguments.DOutput = Operand(dOutput);
        arguments.DQ = Operand(dQ);
        arguments.DK = Operand(dK);
        arguments.DV = Operand(dV);
        arguments.DBias = Operand(dBias);
        Attention.Backward(ref arguments, Threads);
    }

    private static T* First(DeviceHeads<T> heads) => heads.IsAbsent ? null : heads.Tensor.Pointer + heads.Offset;

    private static HeadsOperand<T> Operand(DeviceHeads<T> heads) => new(First(heads), heads.View());

    private AttentionArguments<T> Arguments(
        DeviceHeads<T> q, DeviceHeads<T> k, DeviceHeads<T> v, DeviceTensor<int>? keyLengths, DeviceHeads<T> bias, DeviceTensor<T> lse, AttentionOptions options)
    {
        var arguments = Attention.Arguments<T>(
            q.View(), First(q), k.View(), First(k), v.View(), First(v), bias.View(), First(bias), lse.Pointer, keyLengths is null ? null : keyLengths.Pointer, options);
        for (nint b = 0; b < arguments.Batch; b++)
        {
            if (arguments.IsFaulty(b))
            {
                device.ReportFault(b);
                break;
            }
        }

        return arguments;
    }
}
