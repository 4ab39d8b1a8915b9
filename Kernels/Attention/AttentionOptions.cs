namespace Native.Kernels;

/// <summary>How queries and keys meet.</summary>
/// <param name="Scale">Factor of the products of queries and keys, finite; null for <c>1/√d</c>.</param>
/// <param name="Causal">Query <c>s</c> sees the keys <c>t ≤ s + T - S</c> only: the last query sees all keys.</param>
public readonly record struct AttentionOptions(double? Scale = null, bool Causal = false)
{
    /// <summary>The factor for heads of a given width.</summary>
    /// <param name="columns">Width <c>d</c> of a head.</param>
    public double ScaleOf(long columns) => Scale ?? (1 / Math.Sqrt(columns));
}
