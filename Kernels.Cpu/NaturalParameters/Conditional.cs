using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary>A function of a conditional distribution as a function of a plate: every lane is valid, NaN is passed on.</summary>
    internal readonly struct ConditionalFunction<TConditional, TConditionalFunction> : IPlateFunction
        where TConditional : struct, IConditional
        where TConditionalFunction : struct, IConditionalFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
            where TFamily : struct, IExponentialFamily
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            TConditionalFunction.Invoke<TConditional, TLanes, T>(first, second, output, dimension);
            return TLanes.Equal(TLanes.Zero, TLanes.Zero);
        }
    }
}

internal sealed partial class CpuNaturalParameterKernels<T>
{
    // The family stands for one without working memory; conditionals need none.
    protected override void ConditionalCore<TConditional, TFunction>(DeviceMatrix<T> first, DeviceMatrix<T> second, DeviceMatrix<T> output, int dimension) =>
        Run<NaturalParameters.ConditionalFunction<TConditional, TFunction>, Gaussian>(first, second, output, dimension);
}
