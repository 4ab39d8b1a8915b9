namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void ResponsibilitiesCore(
        DeviceMatrix<T> statistics,
        DeviceMatrix<T> parameters,
        DeviceTensor<T> logWeights,
        DeviceMatrix<T> responsibilities,
        DeviceTensor<T> counts,
        DeviceMatrix<T> sums,
        DeviceTensor<T> logEvidence)
    {
        Cells<T> u = statistics, eta = parameters, weights = logWeights, r = responsibilities, count = counts, sum = sums, evidence = logEvidence;
        var (components, features) = (eta.Rows, u.Rows);
        var logits = new double[components];
        var countOf = new double[components];
        var sumOf = new double[components, features];
        var total = 0.0;
        for (long n = 0; n < u.Columns; n++)
        {
            for (long k = 0; k < components; k++)
            {
                logits[k] = weights[k];
                for (long f = 0; f < features; f++)
                {
                    logits[k] += eta[k, f] * u[f, n];
                }
            }

            total += SoftmaxInPlace(logits, n);
            for (long k = 0; k < components; k++)
            {
                countOf[k] += logits[k];
                for (long f = 0; f < features; f++)
                {
                    sumOf[k, f] += logits[k] * u[f, n];
                }

                if (!r.IsAbsent)
                {
                    r[k, n] = logits[k];
                }
            }
        }

        for (long k = 0; k < components; k++)
        {
            count[k] = countOf[k];
            for (long f = 0; f < features; f++)
            {
                sum[k, f] = sumOf[k, f];
            }
        }

        evidence[0] = total;
    }

    /// <summary>Makes responsibilities of the logits of a datum and gives their log-sum-exp. NaN and +∞ are reported under the datum's number.</summary>
    private unsafe double SoftmaxInPlace(double[] logits, long number)
    {
        var maximum = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            maximum = Math.Max(maximum, logit);
        }

        if (double.IsNegativeInfinity(maximum))
        {
            Array.Clear(logits);
            return maximum;
        }

        if (!double.IsFinite(maximum))
        {
            var status = Device.Status.Pointer;
            *status = Math.Min(*status, number);
            Array.Fill(logits, double.NaN);
            return double.NaN;
        }

        var sum = 0.0;
        foreach (ref var logit in logits.AsSpan())
        {
            logit = Math.Exp(logit - maximum);
            sum += logit;
        }

        foreach (ref var logit in logits.AsSpan())
        {
            logit /= sum;
        }

        return maximum + Math.Log(sum);
    }
}
