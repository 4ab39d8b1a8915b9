namespace Native.Kernels.Reference;

internal sealed unsafe partial class ReferenceAttentionKernels<T>
{
    protected override void SoftmaxAttentionCore(
        DeviceHeads<T> q, DeviceHeads<T> k, DeviceHeads<T> v, DeviceTensor<int>? keyLengths, DeviceHeads<T> bias, DeviceHeads<T> output, DeviceTensor<T> lse, AttentionOptions options, DeviceHeads<T> probabilities)
    {
        var rows = new Rows(q, k, bias, keyLengths, options, Device);
        HeadCells values = v, y = output, p = probabilities;
        Cells<T> sums = lse;
        var logits = new double[k.Rows];
        for (long b = 0; b < q.Batch; b++)
        {
            for (long h = 0; h < q.Heads; h++)
            {
                for (long s = 0; s < q.Rows; s++)
                {
                    var row = ((((b * q.Heads) + h) * q.Rows) + s);
                    var seen = rows.Logits(b, h, s, logits);
                    var sum = LogSumExp(logits.AsSpan(0, (int)seen));
                    sums[row] = rows.IsFaulty(b) ? double.NaN : sum;
                    for (long t = 0; t < k.Rows && !p.IsAbsent; t++)
                    {
                        p[b, h, s, t] = rows.IsFaulty(b) ? double.NaN : t < seen ? Probability(logits[t], sum) : 0;
                    }

                    for (long i = 0; i < q.Columns; i++)
                    {
                        var mean = rows.IsFaulty(b) ? double.NaN : 0;
                        for (long t = 0; t < seen; t++)
                        {
                            mean += Probability(logits[t], sum) * values[b, rows.KeyHead(h), t, i];
                        }

                        y[b, h, s, i] = mean;
                    }
                }
            }
        }
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
        var rows = new Rows(q, k, bias, keyLengths, options, Device);
        HeadCells queries = q, keys = k, values = v, y = output, dy = dOutput, queryGradient = dQ, keyGradient = dK, valueGradient = dV, biasGradient = dBias;
        Cells<T> sums = lse;
        var logits = new double[k.Rows];

        // Sums over queries, heads and sequences are kept in double and written once.
        var keySums = new double[k.Batch * k.Heads * k.Rows * k.Columns];
        var valueSums = new double[keySums.Length];
        var biasSums = new double[dBias.Batch * dBias.Heads * dBias.Rows * dBias.Columns];
        for (long b = 0; b < q.Batch; b++)
        {
            for (long h = 0; h < q.Heads; h++)
            {
                var head = rows.KeyHead(h);
                for (long s = 0; s < q.Rows; s++)
                {
                    var fault = rows.IsFaulty(b) ? double.NaN : 0;
                    var seen = rows.Logits(b, h, s, logits);
                    var sum = sums[(((b * q.Heads) + h) * q.Rows) + s];
                    var inner = 0.0;
                    for (long i = 0; i < q.Columns; i++)
                    {
                        inner += dy[b, h, s, i] * y[b, h, s, i];
                        queryGradient[b, h, s, i] = fault;
                    }

                    var dq = new double[q.Columns];
                    for (long t = 0; t < (rows.IsFaulty(b) ? k.Rows : seen); t++)
                    {
                        var probability = t < seen ? Probability(logits[t], sum) : 0;
                        var dp = fault;
                        for (long i = 0; i < q.Columns && t < seen; i++)
                        {
                            dp += dy[b, h, s, i] * values[b, head, t, i];
                        }

                        var dz = (probability * (dp - inner)) + fault;
                        for (long i = 0; i < q.Columns; i++)
                        {
                            var element = (((((b * k.Heads) + head) * k.Rows) + t) * k.Columns) + i;
                            keySums[element] += (dz * options.ScaleOf(q.Columns) * queries[b, h, s, i]) + fault;
                            valueSums[element] += (probability * dy[b, h, s, i]) + fault;
                            dq[i] += (dz * options.ScaleOf(q.Columns) * keys[b, head, t, i]) + fault;
                        }

                        if (!biasGradient.IsAbsent)
                        {
                            var (biasB, biasH, biasS) = (dBias.Batch == 1 ? 0 : b, dBias.Heads == 1 ? 0 : h, dBias.Rows == 1 ? 0 : s);
                            biasSums[(((((biasB * dBias.Heads) + biasH) * dBias.Rows) + biasS) * dBias.Columns) + t] += dz;
                        }
                    }

                    for (long i = 0; i < q.Columns; i++)
                    {
                        queryGradient[b, h, s, i] = dq[i] + fault;
                    }
                }
            }
        }

        Write(keySums, keyGradient, dK);
        Write(valueSums, valueGradient, dV);
        Write(biasSums, biasGradient, dBias);
    }

    // A row of lse -∞ has no weight at all.
    private static double Probability(double logit, double lse) => double.IsNegativeInfinity(lse) ? 0 : Math.Exp(logit - lse);

    private static double LogSumExp(ReadOnlySpan<double> logits)
    {
        var maximum = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            maximum = Math.Max(maximum, logit);
        }

        // A +∞ less the maximum is NaN. Math.Max hands a NaN on.
        if (!double.IsFinite(maximum))
        {
            return double.IsNegativeInfinity(maximum) ? maximum : double.NaN;
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - maximum);
        }

        return maximum + Math.Log(sum);
    }

    private static void Write(double[] sums, HeadCells cells, DeviceHeads<T> shape)
    {
        for (long element = 0; element < sums.Length; element++)
        {
            var (row, i) = Math.DivRem(element, shape.Columns);
            var (head, s) = Math.DivRem(row, shape.Rows);
            var (b, h) = Math.DivRem(head, shape.Heads);
            cells[b, h, s, i] = sums[element];
        }
    }

    /// <summary>The logits of one query after the other.</summary>
    private readonly struct Rows
    {
        private readonly HeadCells _queries;
        private readonly HeadCells _keys;
        private readonly HeadCells _bias;
        private readonly DeviceHeads<T> _q;
        private readonly DeviceHeads<T> _k;
        private readonly int* _keyLengths;
        private readonly AttentionOptions _options;

        public Rows(DeviceHeads<T> q, DeviceHeads<T> k, DeviceHeads<T> bias, DeviceTensor<int>? keyLengths, AttentionOptions options, Device device)
        {
            (_queries, _keys, _bias) = (q, k, bias);
            (_q, _k, _options) = (q, k, options);
            _keyLengths = keyLengths is null ? null : keyLengths.Pointer;
            for (long b = 0; b < q.Batch; b++)
            {
                if (IsFaulty(b))
                {
                    var status = device.Status.Pointer;
                    *status = Math.Min(*status, b);
                }
            }
        }

        public bool IsFaulty(long b) => _keyLengths is not null && (uint)_keyLengths[b] > _k.Rows;

        public long KeyHead(long h) => h / (_q.Heads / _k.Heads);

        /// <summary>Writes the logits of the keys that a query sees, and returns their number.</summary>
        public long Logits(long b, long h, long s, double[] logits)
        {
            if (IsFaulty(b))
            {
                return 0;
            }

            var seen = _keyLengths is null ? _k.Rows : _keyLengths[b];
            if (_options.Causal)
            {
                seen = Math.Clamp(s + _k.Rows - _q.Rows + 1, 0, seen);
            }

            for (long t = 0; t < seen; t++)
            {
                var product = 0.0;
                for (long i = 0; i < _q.Columns; i++)
                {
                    product += _queries[b, h, s, i] * _keys[b, KeyHead(h), t, i];
                }

                logits[t] = (product * _options.ScaleOf(_q.Columns)) + (_bias.IsAbsent ? 0 : _bias[b, h, s, t]);
            }

            return seen;
        }
    }
}
