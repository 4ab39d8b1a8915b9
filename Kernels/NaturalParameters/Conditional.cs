using System.Numerics;

namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>Statistics <c>s</c> of factors <c>p(x | first, second)</c>, of the moments (or the sufficient statistics) of their children.</summary>
    /// <typeparam name="TConditional">The factor.</typeparam>
    /// <param name="dimension">The dimension <c>p</c>, ≥ 1; 1 where the factor has none.</param>
    /// <param name="child"><c>⟨u(x)⟩ [child rows, n]</c>.</param>
    /// <param name="statistics"><c>s [statistics rows, n]</c>; overwritten.</param>
    public void ConditionalStatistics<TConditional>(int dimension, DeviceMatrix<T> child, DeviceMatrix<T> statistics)
        where TConditional : struct, IConditional
    {
        Conditional<TConditional, StatisticsFunction>(dimension, child, TConditional.ChildRows(dimension), default, 0, statistics, TConditional.StatisticsRows(dimension), nameof(child), "");
    }

    /// <summary>
    /// Parameters <c>g</c> of factors <c>p(x | first, second)</c>, of the moments of their parents: <c>E[log p] = Σ_f s_f g_f + log h</c>. They are what a factor
    /// contributes to the free energy, its message to a gate, and, without the normaliser, its message to the child.
    /// </summary>
    /// <typeparam name="TConditional">The factor.</typeparam>
    /// <param name="dimension">The dimension <c>p</c>, ≥ 1; 1 where the factor has none.</param>
    /// <param name="first">Moments of the first parent, <c>[first rows, n]</c>.</param>
    /// <param name="second">Moments of the second parent, <c>[second rows, n]</c>; absent where the factor has none.</param>
    /// <param name="parameters"><c>g [statistics rows, n]</c>; overwritten.</param>
    public void ConditionalParameters<TConditional>(int dimension, DeviceMatrix<T> first, DeviceMatrix<T> second, DeviceMatrix<T> parameters)
        where TConditional : struct, IConditional
    {
        Conditional<TConditional, ParametersFunction>(
            dimension, first, TConditional.FirstRows(dimension), second, TConditional.SecondRows(dimension), parameters, TConditional.StatisticsRows(dimension), nameof(first), nameof(second));
    }

    /// <summary>Messages of factors <c>p(x | first, second)</c> to their children: the children's natural parameters given the parents.</summary>
    /// <typeparam name="TConditional">The factor.</typeparam>
    /// <param name="dimension">The dimension <c>p</c>, ≥ 1; 1 where the factor has none.</param>
    /// <param name="parameters"><c>g [statistics rows, n]</c>.</param>
    /// <param name="message">Message <c>[child rows, n]</c>; overwritten.</param>
    public void MessageToChild<TConditional>(int dimension, DeviceMatrix<T> parameters, DeviceMatrix<T> message)
        where TConditional : struct, IConditional
    {
        Conditional<TConditional, ChildFunction>(dimension, parameters, TConditional.StatisticsRows(dimension), default, 0, message, TConditional.ChildRows(dimension), nameof(parameters), "");
    }

    /// <summary>Messages of factors <c>p(x | first, second)</c> to their first parents. Linear in <c>s</c>: of a sum of statistics it is the sum of the messages.</summary>
    /// <typeparam name="TConditional">The factor.</typeparam>
    /// <param name="dimension">The dimension <c>p</c>, ≥ 1; 1 where the factor has none.</param>
    /// <param name="statistics"><c>s [statistics rows, n]</c>.</param>
    /// <param name="second">Moments of the second parent, <c>[second rows, n]</c>; absent where the factor has none.</param>
    /// <param name="message">Message <c>[first rows, n]</c>; overwritten.</param>
    public void MessageToFirst<TConditional>(int dimension, DeviceMatrix<T> statistics, DeviceMatrix<T> second, DeviceMatrix<T> message)
        where TConditional : struct, IConditional
    {
        Conditional<TConditional, FirstFunction>(
            dimension, statistics, TConditional.StatisticsRows(dimension), second, TConditional.SecondRows(dimension), message, TConditional.FirstRows(dimension), nameof(statistics), nameof(second));
    }

    /// <summary>Messages of factors <c>p(x | first, second)</c> to their second parents. Linear in <c>s</c>.</summary>
    /// <typeparam name="TConditional">The factor; one whose second parent may be random (NaN from one whose second parent is known).</typeparam>
    /// <param name="dimension">The dimension <c>p</c>, ≥ 1; 1 where the factor has none.</param>
    /// <param name="statistics"><c>s [statistics rows, n]</c>.</param>
    /// <param name="first">Moments of the first parent, <c>[first rows, n]</c>.</param>
    /// <param name="message">Message <c>[second rows, n]</c>; overwritten.</param>
    /// <exception cref="NotSupportedException">The factor has no second parent.</exception>
    public void MessageToSecond<TConditional>(int dimension, DeviceMatrix<T> statistics, DeviceMatrix<T> first, DeviceMatrix<T> message)
        where TConditional : struct, IConditional
    {
        if (TConditional.SecondRows(dimension) == 0)
        {
            throw new NotSupportedException($"TConditional: expected a factor with a second parent, but got {typeof(TConditional).Name}.");
        }

        Conditional<TConditional, SecondFunction>(
            dimension, statistics, TConditional.StatisticsRows(dimension), first, TConditional.FirstRows(dimension), message, TConditional.SecondRows(dimension), nameof(statistics), nameof(first));
    }

    /// <summary>Device side of the conditional kernels; arguments are checked.</summary>
    protected abstract void ConditionalCore<TConditional, TFunction>(DeviceMatrix<T> first, DeviceMatrix<T> second, DeviceMatrix<T> output, int dimension)
        where TConditional : struct, IConditional
        where TFunction : struct, IConditionalFunction;

    private void Conditional<TConditional, TFunction>(
        int dimension, DeviceMatrix<T> first, int firstRows, DeviceMatrix<T> second, int secondRows, DeviceMatrix<T> output, int outputRows, string firstName, string secondName)
        where TConditional : struct, IConditional
        where TFunction : struct, IConditionalFunction
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Check.Present(Device, output);
        Check.Output(Device, output, outputRows, output.Columns);
        Check.Matrix(Device, first, firstRows, output.Columns, firstName);
        Check.Apart(output, first);
        if (secondRows > 0)
        {
            Check.Matrix(Device, second, secondRows, output.Columns, secondName);
            Check.Apart(output, second);
        }
        else if (!second.IsAbsent)
        {
            throw new ArgumentException($"{secondName}: expected none, since {typeof(TConditional).Name} has one parent, but got a matrix [{second.Rows}, {second.Columns}].", secondName);
        }

        ConditionalCore<TConditional, TFunction>(first, second, output, dimension);
    }

    private readonly struct StatisticsFunction : IConditionalFunction
    {
        public static void Invoke<TConditional, TLanes, TElement>(Plate<TLanes, TElement> first, Plate<TLanes, TElement> second, Plate<TLanes, TElement> output, int dimension)
            where TConditional : struct, IConditional
            where TLanes : unmanaged, ILanes<TLanes, TElement>
            where TElement : unmanaged, IFloatingPointIeee754<TElement> => TConditional.Statistics(first, output, dimension);
    }

    private readonly struct ParametersFunction : IConditionalFunction
    {
        public static void Invoke<TConditional, TLanes, TElement>(Plate<TLanes, TElement> first, Plate<TLanes, TElement> second, Plate<TLanes, TElement> output, int dimension)
            where TConditional : struct, IConditional
            where TLanes : unmanaged, ILanes<TLanes, TElement>
            where TElement : unmanaged, IFloatingPointIeee754<TElement> => TConditional.Parameters(first, second, output, dimension);
    }

    private readonly struct ChildFunction : IConditionalFunction
    {
        public static void Invoke<TConditional, TLanes, TElement>(Plate<TLanes, TElement> first, Plate<TLanes, TElement> second, Plate<TLanes, TElement> output, int dimension)
            where TConditional : struct, IConditional
            where TLanes : unmanaged, ILanes<TLanes, TElement>
            where TElement : unmanaged, IFloatingPointIeee754<TElement> => TConditional.MessageToChild(first, output, dimension);
    }

    private readonly struct FirstFunction : IConditionalFunction
    {
        public static void Invoke<TConditional, TLanes, TElement>(Plate<TLanes, TElement> first, Plate<TLanes, TElement> second, Plate<TLanes, TElement> output, int dimension)
            where TConditional : struct, IConditional
            where TLanes : unmanaged, ILanes<TLanes, TElement>
            where TElement : unmanaged, IFloatingPointIeee754<TElement> => TConditional.MessageToFirst(first, second, output, dimension);
    }

    private readonly struct SecondFunction : IConditionalFunction
    {
        public static void Invoke<TConditional, TLanes, TElement>(Plate<TLanes, TElement> first, Plate<TLanes, TElement> second, Plate<TLanes, TElement> output, int dimension)
            where TConditional : struct, IConditional
            where TLanes : unmanaged, ILanes<TLanes, TElement>
            where TElement : unmanaged, IFloatingPointIeee754<TElement> => TConditional.MessageToSecond(first, second, output, dimension);
    }
}
