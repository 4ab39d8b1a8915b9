using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// Decodes a <see cref="ParityCheckCode"/> by belief propagation (Gallager 1963; MacKay 1999), many words at a time: the flooding schedule of <see cref="BeliefPropagation{T}"/>
/// with log-odds in the place of messages and the tanh rule in the place of tables. Sum-product, or min-sum with <see cref="Semiring.MaxProduct"/>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ParityCheckDecoder<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MessageKernels<T> _messages;
    private readonly DenseKernels<T> _dense;
    private readonly DeviceEdgeIndex _checks;
    private readonly DeviceEdgeIndex _bits;
    private readonly Semiring _semiring;
    private readonly Workspace<T> _received;
    private readonly Workspace<T> _posterior;
    private readonly Workspace<T> _toChecks;
    private readonly Workspace<T> _toBits;

    /// <summary>Uploads a code.</summary>
    /// <param name="device">The device that runs it; owned by the caller.</param>
    /// <param name="code">The code.</param>
    /// <param name="semiring">Sum-product, or min-sum.</param>
    public ParityCheckDecoder(Device device, ParityCheckCode code, Semiring semiring = Semiring.SumProduct)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(code);
        _semiring = Require.Named(semiring);
        Code = code;
        _messages = device.Messages<T>();
        _dense = device.Dense<T>();
        var checks = new int[code.Edges];
        for (int check = 0, edge = 0; check < code.Checks; check++)
        {
            checks.AsSpan(edge, code.BitsOf(check).Length).Fill(check);
            edge += code.BitsOf(check).Length;
        }

        _checks = device.Upload(EdgeIndex.Create(checks, code.Checks));
        _bits = device.Upload(EdgeIndex.Create(code.CheckBits, code.Bits));
        (_received, _posterior, _toChecks, _toBits) = (new(device), new(device), new(device), new(device));
    }

    /// <summary>The code.</summary>
    public ParityCheckCode Code { get; }

    /// <summary>Decodes words. Allocates on the device only when there are more words than ever before.</summary>
    /// <param name="received">Log-odds <c>log p(y | 0) - log p(y | 1)</c>, finite, <c>[N, W]</c>: one bit per row, one word per column.</param>
    /// <param name="words">Number of words <c>W</c>.</param>
    /// <param name="iterations">Iterations, ≥ 0; all of them are done.</param>
    /// <param name="posterior">Receives the log-odds of every bit after decoding, <c>[N, W]</c>; a bit is decoded as 1 where they are negative.</param>
    /// <param name="cancellation">Stops between two iterations.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a number is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Decode(ReadOnlySpan<T> received, int words, int iterations, Span<T> posterior, CancellationToken cancellation = default)
    {
        Require.AtLeastZero(words);
        Require.AtLeastZero(iterations);
        RequireLength(received.Length, words, nameof(received));
        RequireLength(posterior.Length, words, nameof(posterior));
        for (var i = 0; i < received.Length; i++)
        {
            if (!T.IsFinite(received[i]))
            {
                throw new ArgumentException($"received[{i}]: expected finite log-odds, but got {received[i]}.", nameof(received));
            }
        }

        var channel = _received.Vector(received.Length);
        channel.Upload(received);
        var odds = channel.AsMatrix(Code.Bits, words);
        var sums = _posterior.Vector(received.Length);
        DeviceMatrix<T> total = sums.AsMatrix(Code.Bits, words), toChecks = _toChecks.Matrix(Code.Edges, words), toBits = _toBits.Matrix(Code.Edges, words);
        _dense.Copy(odds, total);
        _dense.Fill(toBits, T.Zero);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();

            // A bit tells a check all it has heard, less what it heard from it. What checks say is finite, since what is received is.
            _messages.Gather(_bits, total, toChecks);
            _dense.AddScaled(-T.One, toBits, T.One, toChecks);
            if (_semiring == Semiring.MaxProduct)
            {
                _messages.ParityCheckMessages<MaxProduct>(_checks, toChecks, toBits);
            }
            else
            {
                _messages.ParityCheckMessages<SumProduct>(_checks, toChecks, toBits);
            }

            _messages.SegmentReduce<Sum>(_bits, toBits, total);
            _dense.AddScaled(T.One, odds, T.One, total);
        }

        sums.Download(posterior);
    }

    /// <summary>Frees the device's memory.</summary>
    public void Dispose()
    {
        _checks.Dispose();
        _bits.Dispose();
        _received.Dispose();
        _posterior.Dispose();
        _toChecks.Dispose();
        _toBits.Dispose();
    }

    private void RequireLength(int length, int words, string name)
    {
        if (length != (long)Code.Bits * words)
        {
            throw new ArgumentException($"{name}: expected {Code.Bits} bits of {words} words = {(long)Code.Bits * words} log-odds, but got {length}.", name);
        }
    }
}
