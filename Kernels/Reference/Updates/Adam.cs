namespace Native.Kernels.Reference;

internal sealed partial class ReferenceUpdateKernels<T>
{
    protected override void AdamCore(DeviceTensor<T> parameter, DeviceTensor<T> gradient, DeviceTensor<T> firstMoment, DeviceTensor<T> secondMoment, long step, in AdamOptions options)
    {
        Cells<T> p = parameter, g = gradient, m = firstMoment, v = secondMoment;
        var firstCorrection = 1 - Math.Pow(options.Beta1, step);
        var secondCorrection = 1 - Math.Pow(options.Beta2, step);
        for (long i = 0; i < parameter.Count; i++)
        {
            var value = options.Decoupled ? p[i] * (1 - options.LearningRate * options.WeightDecay) : p[i];
            var direction = options.Decoupled || options.WeightDecay == 0 ? g[i] : g[i] + options.WeightDecay * p[i];
            var first = options.Beta1 * m[i] + (1 - options.Beta1) * direction;
            var second = options.Beta2 * v[i] + (1 - options.Beta2) * direction * direction;
            m[i] = first;
            v[i] = second;
            p[i] = value - options.LearningRate * (first / firstCorrection) / (Math.Sqrt(second / secondCorrection) + options.Epsilon);
        }
    }
}
