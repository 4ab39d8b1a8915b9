using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>
/// What a summing loop adds up: one or two terms per element. The same terms can be summed over all elements (<see cref="SumLoop"/>),
/// over a row (<see cref="RowLoop"/>) and over columns (<see cref="ColumnSumLoop"/>). A body may store the terms, or anything else, on its way.
/// </summary>
internal interface ITerms<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether there is a second term; without one it is neither computed nor summed.</summary>
    static abstract bool HasSecond { get; }

    /// <summary>Whether the second term is the square of the first: a row's sum takes it in by a multiply-add, and <see cref="Terms"/> need not compute it.</summary>
    static virtual bool SecondIsSquare
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <summary>
    /// Whether the terms take so many instructions that a loop over one register keeps the units busy. Two copies of them in a loop would leave the registers to
    /// their constants.
    /// </summary>
    static virtual bool IsLong
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <summary>The terms of one register from <c>(row, column)</c> on. Lanes that are off may hold anything.</summary>
    void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where TAccess : struct, IAccess;
}
