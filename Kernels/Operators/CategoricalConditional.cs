using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels;

/// <summary><c>x ~ Categorical(π)</c> of <c>p</c> outcomes, with Dirichlet probabilities <c>π</c> (first, <c>⟨log π⟩</c>).</summary>
/// <remarks><c>s</c> is one-hot (or the probabilities of the outcomes), <c>g = ⟨log π⟩</c>: all of <c>p</c> rows.</remarks>
public readonly struct CategoricalConditional : IConditional
{
    /// <inheritdoc/>
    public static int StatisticsRows(int dimension) => dimension;

    /// <inheritdoc/>
    public static int ChildRows(int dimension) => dimension;

    /// <inheritdoc/>
    public static int FirstRows(int dimension) => dimension;

    /// <inheritdoc/>
    public static int SecondRows(int dimension) => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Statistics<TLanes, T>(Plate<TLanes, T> child, Plate<TLanes, T> statistics, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint k = 0; k < dimension; k++)
        {
            statistics[k] = child[k];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Parameters<TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> parameters, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint k = 0; k < dimension; k++)
        {
            parameters[k] = first[k];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToChild<TLanes, T>(Plate<TLanes, T> parameters, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint k = 0; k < dimension; k++)
        {
            message[k] = parameters[k];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToFirst<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> second, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint k = 0; k < dimension; k++)
        {
            message[k] = statistics[k];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MessageToSecond<TLanes, T>(Plate<TLanes, T> statistics, Plate<TLanes, T> first, Plate<TLanes, T> message, int dimension)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        message[0] = TLanes.Constant(double.NaN);
    }
}
