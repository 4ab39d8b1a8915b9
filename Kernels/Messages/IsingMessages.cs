namespace Native.Kernels;

public abstract partial class MessageKernels<T>
{
    /// <summary>
    /// One flooding iteration of belief propagation on a grid of spins ±1 with a free border, <c>p(s) ∝ exp(Σ_i θ_i s_i + Σ_ij J_ij s_i s_j)</c>: <see cref="FactorMessages"/> and
    /// <see cref="VariableMessages{TSemiring}(DeviceEdgeIndex, DeviceMatrix{T}, DeviceMatrix{T})"/> in one, with a message kept as its log-odds <c>log m(+1) - log m(-1)</c>.
    /// From spin <c>i</c> to its neighbour: <c>m = 2J_ij ⊞ (2θ_i + Σ incoming messages of i's other neighbours)</c>, with <c>a ⊞ b = sign(ab) min(|a|, |b|) + log (1 + e^-|a+b|) / (1 + e^-|a-b|)</c>,
    /// that is <c>2 atanh(tanh(a/2) tanh(b/2))</c> (Hagenauer, Offer and Papke 1996); <see cref="MaxProduct"/> leaves the logarithm out.
    /// </summary>
    /// <remarks>The messages of a spin lie in four planes of <c>R</c> rows: row <c>r</c> holds those from the left, row <c>R + r</c> from the right, <c>2R + r</c> from above, <c>3R + r</c> from below; 0 at the border.
    /// Numbers must be finite; NaN and infinities give messages that are not finite.</remarks>
    /// <typeparam name="TSemiring"><see cref="SumProduct"/> or <see cref="MaxProduct"/>.</typeparam>
    /// <param name="field"><c>θ [R, C]</c>.</param>
    /// <param name="right"><c>[R, C]</c>: <c>J</c> between a spin and its right neighbour; the last column is not used.</param>
    /// <param name="down"><c>[R, C]</c>: <c>J</c> between a spin and the one below; the last row is not used.</param>
    /// <param name="incoming">Messages before the iteration, <c>[4R, C]</c>.</param>
    /// <param name="outgoing">Messages after it, <c>[4R, C]</c>: <c>d · incoming + (1-d) · m</c>; overwritten.</param>
    /// <param name="damping">The weight <c>d</c> of the old message, in [0, 1).</param>
    /// <param name="change">Receives, <c>[1, R]</c>, each row's largest <c>|outgoing - incoming| / max(1, |outgoing|)</c>; may be absent.</param>
    public void IsingMessages<TSemiring>(
        DeviceMatrix<T> field, DeviceMatrix<T> right, DeviceMatrix<T> down, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing, double damping = 0, DeviceMatrix<T> change = default)
        where TSemiring : struct, ISemiring
    {
        Check.Present(Device, field);
        Check.Matrix(Device, field, field.Rows, field.Columns);
        Check.Matrix(Device, right, field.Rows, field.Columns);
        Check.Matrix(Device, down, field.Rows, field.Columns);
        Check.Matrix(Device, incoming, 4 * field.Rows, field.Columns);
        Check.Output(Device, outgoing, 4 * field.Rows, field.Columns);
        Check.OptionalOutput(Device, change, 1, field.Rows);
        Check.Apart(outgoing, field);
        Check.Apart(outgoing, right);
        Check.Apart(outgoing, down);
        Check.Apart(outgoing, incoming);
        if (damping is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(damping), $"damping: expected a number in [0, 1), but got {damping}.");
        }

        IsingMessagesCore<TSemiring>(field, right, down, incoming, outgoing, damping, change);
    }

    /// <summary>Device side of <see cref="IsingMessages"/>; arguments are checked.</summary>
    protected abstract void IsingMessagesCore<TSemiring>(
        DeviceMatrix<T> field, DeviceMatrix<T> right, DeviceMatrix<T> down, DeviceMatrix<T> incoming, DeviceMatrix<T> outgoing, double damping, DeviceMatrix<T> change)
        where TSemiring : struct, ISemiring;
}
