namespace Native.Kernels.Reference;

internal sealed partial class ReferenceSamplingKernels<T>
{
    protected override unsafe void PhiloxWordsCore(PhiloxPosition position, DeviceTensor<uint> words)
    {
        for (long i = 0; i < words.Count; i++)
        {
            words.Pointer[i] = WordAt(position.Advance(i));
        }
    }
}
