using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>The rows <c>[first, end)</c> in an order that keeps neighbours some rows apart, for <c>foreach</c>.</summary>
/// <remarks>
/// The masked store at the end of a short row reaches into the next row's addresses. Input and output often lie at the same offset of a 4 KiB
/// page; the processor then takes the next row's load for a reader of that store and waits for it. Rows do not depend on each other: their
/// order changes no result.
/// </remarks>
internal struct SpreadRows(nint first, nint end)
{
    private const int RowsPerGroup = 64;
    private const int RowsBetweenNeighbours = 8;

    private nint _group = first;
    private nint _phase = first;

    /// <summary>The row of this step.</summary>
    public nint Current { get; private set; } = first - RowsBetweenNeighbours;

    /// <summary>What <c>foreach</c> asks for.</summary>
    public readonly SpreadRows GetEnumerator() => this;

    /// <summary>Goes to the next row; false when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        Current += RowsBetweenNeighbours;
        return Current < Math.Min(_group + RowsPerGroup, end) || NextPhase();
    }

    private bool NextPhase()
    {
        if (++_phase == _group + RowsBetweenNeighbours)
        {
            _phase = _group += RowsPerGroup;
        }
        else if (_phase >= end)
        {
            _phase = _group += RowsPerGroup;
        }

        Current = _phase;
        return Current < end;
    }
}
