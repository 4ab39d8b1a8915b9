using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>The elements of heads, wherever they lie; a size of 1 is repeated.</summary>
internal readonly unsafe struct HeadsOperand<T>
    where T : unmanaged
{
    private readonly T* _first;
    private readonly nint _batchStride;
    private readonly nint _headStride;

    public HeadsOperand(T* first, ReadOnlyHeadsView<T> view)
    {
        _first = first;
        _batchStride = view.Batch == 1 ? 0 : view.BatchStride;
        _headStride = view.Heads == 1 ? 0 : view.HeadStride;
        RowStride = view.Rows == 1 ? 0 : view.RowStride;
    }

    public nint RowStride { get; }

    public bool IsAbsent => _first is null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* Row(nint b, nint h, nint s) => _first + (b * _batchStride) + (h * _headStride) + (s * RowStride);
}

/// <summary>Sizes and operands of one attention call.</summary>
internal unsafe struct AttentionArguments<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public nint Batch;
    public nint Heads;
    public nint KeyHeads;
    public nint Queries;
    public nint Keys;
    public nint Columns;
    public double Scale;
    public bool Causal;
    public int* KeyLengths;
    public HeadsOperand<T> Q;
    public HeadsOperand<T> K;
    public HeadsOperand<T> V;
    public HeadsOperand<T> Bias;
    public HeadsOperand<T> Output;
    public HeadsOperand<T> Probabilities;
    public HeadsOperand<T> DOutput;
    public HeadsOperand<T> DQ;
    public HeadsOperand<T> DK;
    public HeadsOperand<T> DV;
    public HeadsOperand<T> DBias;
    public T* Lse;
    public nint BiasBatch;
    public nint BiasHeads;
    public nint BiasRows;

    /// <summary>Query heads that share a key head.</summary>
    public readonly nint Group => KeyHeads == 0 ? 0 : Heads / KeyHeads;

    /// <summary>True when the sequence's key length is not one; see <see cref="AttentionFaults"/>.</summary>
    public readonly bool IsFaulty(nint b) => KeyLengths is not null && (uint)KeyLengths[b] > (nuint)Keys;

    /// <summary>The number of keys that a query sees: always the first ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint Seen(nint b, nint s)
    {
        var length = KeyLengths is null ? Keys : Math.Clamp(KeyLengths[b], 0, Keys);
        return Causal ? Math.Clamp(s + Keys - Queries + 1, 0, length) : length;
    }

    /// <summary>The log-sum-exps of a head, <c>[S]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T* LseOf(nint b, nint h) => Lse + (((b * Heads) + h) * Queries);
}

/// <summary>What is written for a sequence whose key length is out of range: NaN, everywhere.</summary>
internal static unsafe class AttentionFaults
{
    public static void Forward<T>(in AttentionArguments<T> arguments)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint b = 0; b < arguments.Batch; b++)
        {
            if (arguments.IsFaulty(b))
            {
                Fill(arguments.Output, b, arguments.Heads, arguments.Queries, arguments.Columns);
                Fill(arguments.Probabilities, b, arguments.Heads, arguments.Queries, arguments.Keys);
                for (nint i = 0; i < arguments.Heads * arguments.Queries; i++)
                {
                    arguments.LseOf(b, 0)[i] = T.NaN;
                }
            }
        }
    }

    public static void Backward<T>(in AttentionArguments<T> arguments)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint b = 0; b < arguments.Batch; b++)
        {
            if (arguments.IsFaulty(b))
            {
                Fill(arguments.DQ, b, arguments.Heads, arguments.Queries, arguments.Columns);
                Fill(arguments.DK, b, arguments.KeyHeads, arguments.Keys, arguments.Columns);
                Fill(arguments.DV, b, arguments.KeyHeads, arguments.Keys, arguments.Columns);
                Fill(arguments.DBias, b, arguments.BiasHeads, arguments.BiasRows, arguments.Keys);
            }
        }
    }

    private static void Fill<T>(HeadsOperand<T> operand, nint b, nint heads, nint rows, nint columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (operand.IsAbsent)
        {
            return;
        }

        for (nint h = 0; h < heads; h++)
        {
            for (nint s = 0; s < rows; s++)
            {
                for (nint i = 0; i < columns; i++)
                {
                    operand.Row(b, h, s)[i] = T.NaN;
                }
            }
        }
    }
}
