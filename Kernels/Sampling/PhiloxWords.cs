namespace Native.Kernels;

public abstract partial class SamplingKernels<T>
{
    /// <summary>
    /// The generator itself: <c>words[i]</c> is element <c>First + i</c> of the stream. Philox4x32-10 (Salmon et al. 2011): key = seed, low word first; counter = <c>(block low, block high, stream, 0)</c>;
    /// word <c>w</c> of block <c>b</c> is element <c>4b + w</c>. The same integers on every device.
    /// </summary>
    /// <param name="position">Where to start.</param>
    /// <param name="words">Words of 32 random bits, of any shape; overwritten.</param>
    public void PhiloxWords(PhiloxPosition position, DeviceTensor<uint> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        Check.Vector(Device, words, words.Count);
        Check.Range(position, words.Count);
        PhiloxWordsCore(position, words);
    }

    /// <summary>Device side of <see cref="PhiloxWords"/>; arguments are checked.</summary>
    protected abstract void PhiloxWordsCore(PhiloxPosition position, DeviceTensor<uint> words);
}
