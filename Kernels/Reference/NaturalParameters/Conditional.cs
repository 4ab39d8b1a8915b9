namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void ConditionalCore<TConditional, TFunction>(DeviceMatrix<T> first, DeviceMatrix<T> second, DeviceMatrix<T> output, int dimension) =>
        ForEach<Gaussian>(first, second, output, false, dimension, static (first, second, output, _, dimension) =>
        {
            TFunction.Invoke<TConditional, Scalar<double>, double>(first, second, output, dimension);
            return Scalar<double>.Equal(Scalar<double>.Zero, Scalar<double>.Zero);
        });
}
