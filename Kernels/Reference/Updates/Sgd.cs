namespace Native.Kernels.Reference;

internal sealed partial class ReferenceUpdateKernels<T>
{
    protected override void SgdCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T>? momentumBuffer, long step, in SgdOptions options)
    {
        Cells<T> p = parameter, g = gradient, b = momentumBuffer;
        for (long i = 0; i < parameter.Count; i++)
        {
            var direction = options.WeightDecay == 0 ? g[i] : g[i] + options.WeightDecay * p[i];
            if (options.Momentum != 0)
            {
                direction = step == 1 ? direction : options.Momentum * b[i] + direction;
                b[i] = direction;
            }

            p[i] -= options.LearningRate * direction;
        }
    }
}
