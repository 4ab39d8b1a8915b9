using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>A function of variables of a family: reads one or two matrices, writes one, <c>TLanes.Count</c> variables at a time, and gives the mask of those in the domain.</summary>
internal interface IPlateFunction
{
    /// <summary>Computes one register of variables.</summary>
    static abstract TLanes Invoke<TFamily, TLanes, T>(Plate<TLanes, T> first, Plate<TLanes, T> second, Plate<TLanes, T> output, Plate<TLanes, T> workspace, int dimension)
        where TFamily : struct, IExponentialFamily
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>A matrix of a plate, <c>[Rows, n]</c>.</summary>
internal readonly unsafe struct PlateOperand<T>(T* first, nint stride, nint rows)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public nint Rows { get; } = rows;

    public T* First { get; } = first;

    public nint Stride { get; } = stride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Plate<TLanes, T> At<TLanes>(nint variable)
        where TLanes : unmanaged, ILanes<TLanes, T>
        => new(First + variable, Stride);
}

/// <summary>The loop over the variables of a plate: blocks of neighbouring variables, a register of them at a time.</summary>
/// <remarks>
/// What is left of a block is copied to a tile of its own, its last variable repeated in the lanes that are over, so that functions know whole registers only.
/// </remarks>
internal readonly unsafe struct PlateWork<TFunction, TFamily, T> : ILanesWork<T>
    where TFunction : struct, IPlateFunction
    where TFamily : struct, IExponentialFamily
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // A multiple of every register's lanes, so that the last block alone has variables left over.
    private const int LeastVariables = 16;

    private readonly PlateOperand<T> _first;
    private readonly PlateOperand<T> _second;
    private readonly PlateOperand<T> _output;
    private readonly nint _variables;
    private readonly nint _variablesPerBlock;
    private readonly int _dimension;
    private readonly long* _faults;

    private PlateWork(PlateOperand<T> first, PlateOperand<T> second, PlateOperand<T> output, nint variables, nint variablesPerBlock, int dimension, long* faults)
    {
        _first = first;
        _second = second;
        _output = output;
        _variables = variables;
        _variablesPerBlock = variablesPerBlock;
        _dimension = dimension;
        _faults = faults;
    }

    /// <summary>Runs the function over all variables; gives the first one outside the domain, or -1.</summary>
    public static long Run(PlateOperand<T> first, PlateOperand<T> second, PlateOperand<T> output, nint variables, int dimension, int threads)
    {
        // A block is some microseconds of special functions at least; what it touches fits the second-level cache.
        var rows = first.Rows + second.Rows + output.Rows + TFamily.WorkspaceRows(dimension);
        var perBlock = (Blocks.Elements / rows + LeastVariables) / LeastVariables * LeastVariables;
        var blocks = checked((int)((variables + perBlock - 1) / perBlock));
        using var scratch = Scratch.Rent(Scratch.SizeOf<long>(blocks));
        var faults = scratch.Take<long>(blocks);
        var work = new PlateWork<TFunction, TFamily, T>(first, second, output, variables, perBlock, dimension, faults);
        LanesWork.For<PlateWork<TFunction, TFamily, T>, T>(ref work, blocks, threads, variables);
        for (var block = 0; block < blocks; block++)
        {
            if (faults[block] >= 0)
            {
                return faults[block];
            }
        }

        return -1;
    }

    // Compiled in full at once: one call is a long loop, and code that waits for its turn to be optimised is tens of times slower.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLanes>(int block)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var variable = block * _variablesPerBlock;
        var end = Math.Min(variable + _variablesPerBlock, _variables);
        var workspaceSize = (nint)TFamily.WorkspaceRows(_dimension) * TLanes.Count;
        var tileSize = (_first.Rows + _second.Rows + _output.Rows) * TLanes.Count;
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(workspaceSize) + Scratch.SizeOf<T>(tileSize));
        var workspace = new Plate<TLanes, T>(scratch.Take<T>(workspaceSize), TLanes.Count);
        long fault = -1;
        for (; variable <= end - TLanes.Count; variable += TLanes.Count)
        {
            var valid = TFunction.Invoke<TFamily, TLanes, T>(_first.At<TLanes>(variable), _second.At<TLanes>(variable), _output.At<TLanes>(variable), workspace, _dimension);
            if (!TLanes.All(valid))
            {
                Reject(valid, _output, variable, TLanes.Count, variable, ref fault);
            }
        }

        if (variable < end)
        {
            var count = (int)(end - variable);
            var tile = scratch.Take<T>(tileSize);
            var first = Copy<TLanes>(_first, variable, count, tile);
            var second = Copy<TLanes>(_second, variable, count, tile + first.Rows * TLanes.Count);
            var output = new PlateOperand<T>(tile + (first.Rows + second.Rows) * TLanes.Count, TLanes.Count, _output.Rows);
            var valid = TFunction.Invoke<TFamily, TLanes, T>(first.At<TLanes>(0), second.At<TLanes>(0), output.At<TLanes>(0), workspace, _dimension);
            if (!TLanes.All(valid))
            {
                Reject(valid, output, 0, count, variable, ref fault);
            }

            for (nint row = 0; row < output.Rows; row++)
            {
                new ReadOnlySpan<T>(output.First + row * TLanes.Count, count).CopyTo(new Span<T>(_output.First + row * _output.Stride + variable, count));
            }
        }

        _faults[block] = fault;
    }

    private static PlateOperand<T> Copy<TLanes>(PlateOperand<T> source, nint variable, int count, T* tile)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        for (nint row = 0; row < source.Rows; row++)
        {
            var from = source.First + row * source.Stride + variable;
            var to = tile + row * TLanes.Count;
            for (var lane = 0; lane < TLanes.Count; lane++)
            {
                to[lane] = from[Math.Min(lane, count - 1)];
            }
        }

        return new PlateOperand<T>(tile, TLanes.Count, source.Rows);
    }

    // Rare: NaN in all rows of the lanes that are off.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Reject<TLanes>(TLanes valid, PlateOperand<T> output, nint column, int count, nint variable, ref long fault)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var marks = stackalloc T[LeastVariables];
        TLanes.Store(TLanes.And(valid, TLanes.Constant(1)), marks);
        for (var lane = 0; lane < count; lane++)
        {
            if (marks[lane] == T.Zero)
            {
                fault = fault < 0 ? variable + lane : fault;
                for (nint row = 0; row < output.Rows; row++)
                {
                    output.First[row * output.Stride + column + lane] = T.NaN;
                }
            }
        }
    }
}
