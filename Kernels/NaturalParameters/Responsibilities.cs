namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>
    /// Expectation step of a mixture in one pass over the data. A datum <c>n</c> with sufficient statistics <c>u_n</c> belongs to component <c>k</c> with the logit
    /// <c>l[k, n] = logWeights[k] + Σ_f parameters[k, f] · statistics[f, n]</c>; its responsibilities are <c>r[·, n] = softmax(l[·, n])</c>. From them
    /// <c>counts[k] = Σ_n r[k, n]</c>, <c>sums[k, f] = Σ_n r[k, n] · statistics[f, n]</c> and <c>logEvidence = Σ_n log Σ_k exp l[k, n]</c>.
    /// Neither the logits nor, unless asked for, the responsibilities are kept.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The components may be of any exponential family: <c>parameters</c> holds their (expected) natural parameters, <c>logWeights[k]</c> the expected log weight less the
    /// expected log partition, plus any constant of the base measure; <c>counts</c> and <c>sums</c> are the messages to their parents. A symmetric statistic such as <c>xxᵀ</c> may be
    /// given as its lower triangle, with the parameters of both halves added.
    /// </para>
    /// <para>
    /// Statistics and parameters are finite; a weight may be <c>-∞</c>, which gives its component no data. A datum whose logits are all <c>-∞</c> has responsibilities of 0 and makes
    /// the evidence <c>-∞</c>. A logit that is NaN or <c>+∞</c> makes every responsibility of its datum NaN, with them all counts and sums, and the evidence; the device's status
    /// word takes the number of the first such datum. Without data counts, sums and evidence are 0.
    /// </para>
    /// <para>Sums over data are cut into blocks by the shape alone and combined in their order: results are bitwise equal for any number of threads.</para>
    /// <para>Source: C. Bishop, Pattern Recognition and Machine Learning (2006), equations 10.46 to 10.53; in natural parameters, Winn and Bishop (2005), section 4.3.</para>
    /// </remarks>
    /// <param name="statistics">Sufficient statistics of the data, <c>[F, N]</c>.</param>
    /// <param name="parameters">Natural parameters of the components, <c>[K, F]</c>, <c>K</c> at least 1.</param>
    /// <param name="logWeights">Log weights <c>[K]</c>, in nats.</param>
    /// <param name="responsibilities"><c>r [K, N]</c>; overwritten; may be absent.</param>
    /// <param name="counts">Expected numbers of data <c>[K]</c>; overwritten.</param>
    /// <param name="sums">Expected sums of statistics <c>[K, F]</c>; overwritten.</param>
    /// <param name="logEvidence">Log evidence of all data, <c>[1]</c>, in nats; overwritten.</param>
    public void Responsibilities(
        DeviceMatrix<T> statistics,
        DeviceMatrix<T> parameters,
        DeviceTensor<T> logWeights,
        DeviceMatrix<T> responsibilities,
        DeviceTensor<T> counts,
        DeviceMatrix<T> sums,
        DeviceTensor<T> logEvidence)
    {
        Check.Present(Device, statistics);
        Check.Present(Device, parameters);
        Check.Components(parameters);
        Check.Matrix(Device, parameters, parameters.Rows, statistics.Rows);
        Check.Vector(Device, logWeights, parameters.Rows);
        Check.OptionalOutput(Device, responsibilities, parameters.Rows, statistics.Columns);
        Check.Vector(Device, counts, parameters.Rows);
        Check.Output(Device, sums, parameters.Rows, statistics.Rows);
        Check.Vector(Device, logEvidence, 1);
        Check.Apart(responsibilities, statistics);
        Check.Apart(responsibilities, parameters);
        Check.Apart(responsibilities, logWeights);
        Check.Apart(counts, statistics);
        Check.Apart(counts, parameters);
        Check.Apart(counts, (DeviceMatrix<T>)logWeights, nameof(counts), nameof(logWeights));
        Check.Apart(sums, statistics);
        Check.Apart(sums, parameters);
        Check.Apart(sums, logWeights);
        Check.Apart(logEvidence, statistics);
        Check.Apart(logEvidence, parameters);
        Check.Apart(logEvidence, (DeviceMatrix<T>)logWeights, nameof(logEvidence), nameof(logWeights));
        ResponsibilitiesCore(statistics, parameters, logWeights, responsibilities, counts, sums, logEvidence);
    }

    /// <summary>Device side of <see cref="Responsibilities"/>; arguments are checked.</summary>
    protected abstract void ResponsibilitiesCore(
        DeviceMatrix<T> statistics,
        DeviceMatrix<T> parameters,
        DeviceTensor<T> logWeights,
        DeviceMatrix<T> responsibilities,
        DeviceTensor<T> counts,
        DeviceMatrix<T> sums,
        DeviceTensor<T> logEvidence);
}
