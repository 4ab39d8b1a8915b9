using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

/// <summary>Walks the tiles of a stretch of positions, and within each tile the rows, or parts of rows, that it holds.</summary>
internal unsafe struct TileRows
{
    /// <summary>Entries behind the tile that <see cref="Fill"/> may write.</summary>
    public const int Slack = 16;

    private readonly EdgeBlocks _blocks;
    private readonly int _tile;
    private readonly int _endRow;
    private readonly nint _firstPosition;
    private readonly nint _lastPosition;
    private int _row;
    private bool _cut;

    public TileRows(in EdgeBlocks blocks, in EdgeBlocks.Enumerator run, int tile)
    {
        _blocks = blocks;
        _tile = tile;
        _row = run.FirstRow;
        _endRow = run.EndRow;
        _firstPosition = (nint)run.FirstPosition;
        _lastPosition = (nint)run.EndPosition;
        End = _firstPosition;
    }

    /// <summary>First position of the tile.</summary>
    public nint Begin { get; private set; }

    /// <summary>Position after the tile's last.</summary>
    public nint End { get; private set; }

    /// <summary>Row of the part.</summary>
    public int Row { get; private set; }

    /// <summary>First position of the part.</summary>
    public nint PartBegin { get; private set; }

    /// <summary>Position after the part's last; equal to <see cref="PartBegin"/> for a row without edges.</summary>
    public nint PartEnd { get; private set; }

    /// <summary>Whether an earlier tile of the stretch held the beginning of the row.</summary>
    public bool Continues { get; private set; }

    /// <summary>Goes to the next tile. After the last one <see cref="NextPart"/> still gives the rows without edges that are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextTile()
    {
        _cut = false;
        Begin = End;
        End = Math.Min(Begin + _tile, _lastPosition);
        return Begin < End;
    }

    /// <summary>Goes to the next row, or part of one, of the tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextPart()
    {
        if (_cut || _row >= _endRow)
        {
            return false;
        }

        var begin = Math.Max((nint)_blocks.Begin(_row), _firstPosition);
        var end = Math.Min((nint)_blocks.End(_row), _lastPosition);
        if (begin < end && begin >= End)
        {
            return false;
        }

        Row = _row;
        PartBegin = Math.Max(begin, Begin);
        PartEnd = begin < end ? Math.Min(end, End) : PartBegin;
        Continues = begin < PartBegin && begin < end;

        // A row that the tile cuts goes on in the next one.
        _cut = end > End;
        _row += _cut ? 0 : 1;
        return true;
    }

    /// <summary>Writes the row of every position of the tile; the walk over its parts does not move.</summary>
    /// <param name="rows">Room for the tile and <see cref="Slack"/> more.</param>
    public readonly void Fill(int* rows)
    {
        var position = Begin;
        for (var row = _row; position < End; row++)
        {
            // Whole registers, whose ends the next rows overwrite: most rows need one store, so that few branches are mispredicted.
            var end = Math.Min((nint)_blocks.End(row), End);
            var lanes = Vector512.Create(row);
            for (; position < end; position += Slack)
            {
                lanes.Store(rows + (position - Begin));
            }

            position = end;
        }
    }
}
