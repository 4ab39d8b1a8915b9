using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Native.Models;

/// <summary>Filter and smoother of states of at most four numbers, which stay in registers from one time to the next: each time waits for the one before it, and memory would be most of the wait.</summary>
public sealed partial class LinearGaussianChain
{
    /// <summary>Times after which the sums of the log partition are taken out of their registers.</summary>
    private const int Stretch = 128;

    private void Solve<TOrder>()
        where TOrder : struct, IOrder
    {
        Filter<TOrder>();
        Smooth<TOrder>();
    }

    /// <summary>
    /// Forward: <c>V = P⁻¹</c>, mean <c>V h</c>, and <c>Gᵀ = Bᵀ V</c> for the way back; the next precision takes on <c>-Gᵀ B</c>, the next potential <c>-Bᵀ V h</c>.
    /// Logs are taken of products of pivots.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Filter<TOrder>()
        where TOrder : struct, IOrder
    {
        ref double means = ref MemoryMarshal.GetReference(Means), covariances = ref MemoryMarshal.GetReference(Covariances), crosses = ref MemoryMarshal.GetReference(CrossCovariances);
        ref double potentials = ref MemoryMarshal.GetArrayDataReference(_potential), blocks = ref MemoryMarshal.GetArrayDataReference(_precision);
        var coupling = RegisterMatrix<TOrder>.Load(ref MemoryMarshal.GetArrayDataReference(_coupling));
        var precision = RegisterMatrix<TOrder>.Load(ref Unsafe.Add(ref blocks, KindOf(0) * RegisterMatrix<TOrder>.Size));
        var potential = RegisterMatrix<TOrder>.LoadRow(ref potentials);
        var (squares, determinants) = (Vector256<double>.Zero, Vector256<double>.One);
        var logPartition = new BlockedSum();
        logPartition.Add(_constant);
        for (var t = 0; ; t++)
        {
            var covariance = precision.Inverse(out var pivots);
            var mean = covariance.LeftTimes(potential);
            covariance.Store(ref Unsafe.Add(ref covariances, t * RegisterMatrix<TOrder>.Size));
            RegisterMatrix<TOrder>.StoreRow(mean, ref Unsafe.Add(ref means, t * TOrder.Value));
            squares += potential * mean;
            var product = determinants * pivots;
            if (t % Stretch == 0 || t + 1 == _times || !Vector256.GreaterThanAll(product, Vector256.Create(1e-300)) || !Vector256.LessThanAll(product, Vector256.Create(1e300)))
            {
                // Before that, no product was out of range, so none had an even number of negative pivots.
                var logs = SumOfLogs(determinants) + SumOfLogs(pivots);
                if (!double.IsFinite(logs))
                {
                    throw NotPositiveDefinite("z", t);
                }

                logPartition.Add(0.5 * (RegisterMatrix<TOrder>.Sum(squares) - logs));
                (squares, product) = (Vector256<double>.Zero, Vector256<double>.One);
                if (t + 1 == _times)
                {
                    break;
                }
            }

            determinants = product;
            var gain = coupling.TransposedTimes(covariance);
            gain.Store(ref Unsafe.Add(ref crosses, t * RegisterMatrix<TOrder>.Size));
            precision = RegisterMatrix<TOrder>.Load(ref Unsafe.Add(ref blocks, KindOf(t + 1) * RegisterMatrix<TOrder>.Size)) - gain.Times(coupling);
            potential = RegisterMatrix<TOrder>.LoadRow(ref Unsafe.Add(ref potentials, (t + 1) * TOrder.Value)) - coupling.LeftTimes(mean);
        }

        _logPartition = logPartition.Total + 0.5 * _times * TOrder.Value * Divergences.LogTwoPi;
    }

    /// <summary>Backward: <c>Cov(z_t, z_{t+1}) = -G V'</c>, <c>V = P⁻¹ + G V' Gᵀ</c>, <c>m = P⁻¹ h - G m'</c> from those of the next time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Smooth<TOrder>()
        where TOrder : struct, IOrder
    {
        ref double means = ref MemoryMarshal.GetReference(Means), covariances = ref MemoryMarshal.GetReference(Covariances), crosses = ref MemoryMarshal.GetReference(CrossCovariances);
        var mean = RegisterMatrix<TOrder>.LoadRow(ref Unsafe.Add(ref means, (_times - 1) * TOrder.Value));
        var covariance = RegisterMatrix<TOrder>.Load(ref Unsafe.Add(ref covariances, (_times - 1) * RegisterMatrix<TOrder>.Size));
        for (var t = _times - 2; t >= 0; t--)
        {
            ref double atMean = ref Unsafe.Add(ref means, t * TOrder.Value), atCovariance = ref Unsafe.Add(ref covariances, t * RegisterMatrix<TOrder>.Size);
            ref var atCross = ref Unsafe.Add(ref crosses, t * RegisterMatrix<TOrder>.Size);
            var gain = RegisterMatrix<TOrder>.Load(ref atCross);
            var cross = -gain.TransposedTimes(covariance);
            mean = RegisterMatrix<TOrder>.LoadRow(ref atMean) - gain.LeftTimes(mean);
            covariance = RegisterMatrix<TOrder>.Load(ref atCovariance) - cross.Times(gain);
            cross.Store(ref atCross);
            covariance.Store(ref atCovariance);
            RegisterMatrix<TOrder>.StoreRow(mean, ref atMean);
        }
    }

    private static double SumOfLogs(Vector256<double> values) =>
        Math.Log(values.GetElement(0)) + Math.Log(values.GetElement(1)) + (Math.Log(values.GetElement(2)) + Math.Log(values.GetElement(3)));
}
