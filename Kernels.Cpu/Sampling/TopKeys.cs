using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Native.Kernels.Cpu;

/// <summary>
/// The largest keys of a row. Keys above a bound become candidates; when there is no more room, the largest of them stay and what separates those from the others becomes the bound, so that most
/// keys are passed over by the register. Candidates stand in index order, and of equal ones the first stay.
/// </summary>
internal unsafe struct TopKeys<T> : IKeys<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Room for a few times as many candidates as there are choices: each time it is full, as many times more keys were seen.
    private const int Room = 4;
    private const int LeastRoom = 64;

    // Registers may be read and written behind the last candidate.
    private const int Padding = 64;

    // Up to here, counting for each choice those before it takes less time than a sort.
    private const int MostRanks = 512;

    public int* Index;
    public nint IndexStride;
    public Operand<T> Key;
    public int Choices;
    public nint Columns;
    private T* _keys;
    private int* _columns;
    private int _capacity;
    private int _size;
    private T _bound;
    private bool _isInvalid;

    public readonly nuint WorkspaceBytes => Scratch.SizeOf<T>((nint)Capacity + Padding) + Scratch.SizeOf<int>((nint)Capacity + Padding);

    private readonly int Capacity => (int)Math.Min(Columns, Math.Max((long)Room * Choices, LeastRoom));

    public void Start(Scratch workspace)
    {
        _capacity = Capacity;
        _keys = workspace.Take<T>((nint)_capacity + Padding);
        _columns = workspace.Take<int>((nint)_capacity + Padding);
    }

    public void BeginRow(nint row) => (_size, _bound, _isInvalid) = (0, T.NegativeInfinity, false);

    public void Take<TLanes>(nint row, nint column, T* keys, int count)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (Choices == 0)
        {
            return;
        }

        var (size, bound, isNaN) = (_size, TLanes.Broadcast(_bound), TLanes.Zero);
        for (var start = 0; start < count; start += TLanes.Count)
        {
            if (count - start >= TLanes.Count)
            {
                var key = TLanes.Load(keys + start);
                isNaN = TLanes.Or(isNaN, TLanes.IsNaN(key));
                size = Keep(key, bound, keys + start, null, (int)column + start, size);
            }
            else
            {
                for (var i = start; i < count; i++)
                {
                    _isInvalid |= T.IsNaN(keys[i]);
                    size = Keep(keys[i], (int)column + i, size);
                }
            }

            if (size >= _capacity)
            {
                _size = size;
                Prune<TLanes>();
                (size, bound) = (_size, TLanes.Broadcast(_bound));
            }
        }

        _size = size;
        _isInvalid |= !TLanes.All(TLanes.Equal(isNaN, TLanes.Zero));
    }

    public void EndRow<TLanes>(nint row)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var index = new Span<int>(Index + row * IndexStride, Choices);
        var key = Key.IsAbsent ? default : new Span<T>(Key.Row(row), Choices);
        if (_isInvalid || _size < Choices)
        {
            index.Fill(-1);
            key.Fill(T.NaN);
            return;
        }

        Prune<TLanes>();
        if (Choices <= MostRanks)
        {
            PlaceByRank<TLanes>(index, key);
        }
        else
        {
            PlaceBySort(index, key);
        }
    }

    // Appends those keys of a register that are above the bound. Columns are given, or follow each other from one on. May write a whole register; the candidates written may be the keys read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Keep<TLanes>(TLanes key, TLanes bound, T* keys, int* columns, int column, int size)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (typeof(TLanes) == typeof(Lanes512<T>) && Avx512F.VL.IsSupported)
        {
            var isAbove = Unsafe.BitCast<TLanes, Lanes512<T>>(TLanes.GreaterThan(key, bound)).Value;
            var value = Unsafe.BitCast<TLanes, Lanes512<T>>(key).Value;
            if (sizeof(T) == 4)
            {
                var places = columns is null ? Vector512.Create(column) + Vector512<int>.Indices : Vector512.Load(columns);
                Avx512F.Compress(Vector512<float>.Zero, isAbove.AsSingle(), value.AsSingle()).Store((float*)_keys + size);
                Avx512F.Compress(Vector512<int>.Zero, isAbove.AsInt32(), places).Store(_columns + size);
            }
            else
            {
                var places = columns is null ? Vector256.Create(column) + Vector256<int>.Indices : Vector256.Load(columns);
                Avx512F.Compress(Vector512<double>.Zero, isAbove.AsDouble(), value.AsDouble()).Store((double*)_keys + size);
                Avx512F.VL.Compress(Vector256<int>.Zero, Avx512F.ConvertToVector256Int32(isAbove.AsInt64()), places).Store(_columns + size);
            }

            return size + BitOperations.PopCount(isAbove.ExtractMostSignificantBits());
        }

        if (!TLanes.All(TLanes.LessThanOrEqual(key, bound)))
        {
            for (var i = 0; i < TLanes.Count; i++)
            {
                size = Keep(keys[i], columns is null ? column + i : columns[i], size);
            }
        }

        return size;
    }

    // Every key is written, and stays if it is above the bound: no branch to guess.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Keep(T key, int column, int size)
    {
        (_keys[size], _columns[size]) = (key, column);
        return size + (key > _bound ? 1 : 0);
    }

    // Keeps as many candidates as there are choices.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Prune<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (_size <= Choices)
        {
            return;
        }

        new Span<T>(_keys + _size, TLanes.Count).Fill(T.NegativeInfinity);

        // More candidates than choices are above the lower limit, fewer above the upper one. Numbers are halved by their order, so the search ends after as many steps as they have bits, and
        // most often sooner: as soon as the candidates above a limit are as many as the choices.
        var (lower, upper) = (Order(_bound), Order(RowLoop.Max<T, TLanes>(_keys, _size)));
        var above = 0;
        while (lower + 1 < upper && above != Choices)
        {
            var middle = lower + (long)((ulong)(upper - lower) >> 1);
            above = CountAbove<TLanes>(FromOrder(middle));
            (lower, upper) = above > Choices ? (middle, upper) : (lower, middle);
        }

        _bound = FromOrder(upper);
        above = above == Choices ? above : CountAbove<TLanes>(_bound);
        var (size, kept) = (_size, 0);
        if (above == Choices)
        {
            var bound = TLanes.Broadcast(_bound);
            for (var i = 0; i < size; i += TLanes.Count)
            {
                kept = Keep(TLanes.Load(_keys + i), bound, _keys + i, _columns + i, 0, kept);
            }
        }
        else
        {
            // The first of the candidates equal to the limit fill up the choices.
            var equal = Choices - above;
            for (var i = 0; i < size; i++)
            {
                var (key, column) = (_keys[i], _columns[i]);
                var isEqual = key == _bound && equal > 0;
                if (key > _bound || isEqual)
                {
                    equal -= isEqual ? 1 : 0;
                    (_keys[kept], _columns[kept]) = (key, column);
                    kept++;
                }
            }
        }

        _size = kept;
    }

    private readonly int CountAbove<TLanes>(T limit)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        // So few that a float counts them.
        const int Piece = 1 << 20;
        var (limits, one) = (TLanes.Broadcast(limit), TLanes.Constant(1));
        var count = 0;
        for (var start = 0; start < _size; start += Piece)
        {
            var sum = TLanes.Zero;
            var end = Math.Min(_size - start, Piece) + start;
            for (var i = start; i < end; i += TLanes.Count)
            {
                sum += TLanes.And(TLanes.GreaterThan(TLanes.Load(_keys + i), limits), one);
            }

            count += int.CreateTruncating(TLanes.Sum(sum));
        }

        return count;
    }

    // A choice's place is the number of larger ones; of equal ones, the first comes first.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void PlaceByRank<TLanes>(Span<int> index, Span<T> key)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var ranks = stackalloc T[Padding];
        index.Fill(-1);
        for (var start = 0; start < Choices; start += 2 * TLanes.Count)
        {
            var (first, second, one) = (TLanes.Load(_keys + start), TLanes.Load(_keys + start + TLanes.Count), TLanes.Constant(1));
            var (firstRank, secondRank) = (TLanes.Zero, TLanes.Zero);
            for (var i = 0; i < Choices; i++)
            {
                var other = TLanes.Broadcast(_keys[i]);
                firstRank += TLanes.And(TLanes.GreaterThan(other, first), one);
                secondRank += TLanes.And(TLanes.GreaterThan(other, second), one);
            }

            TLanes.Store(firstRank, ranks);
            TLanes.Store(secondRank, ranks + TLanes.Count);
            var count = Math.Min(Choices - start, 2 * TLanes.Count);
            for (var i = 0; i < count; i++)
            {
                var place = int.CreateTruncating(ranks[i]);
                while (index[place] >= 0)
                {
                    place++;
                }

                index[place] = _columns[start + i];
                if (!key.IsEmpty)
                {
                    key[place] = _keys[start + i];
                }
            }
        }
    }

    private readonly void PlaceBySort(Span<int> index, Span<T> key)
    {
        var keys = new Span<T>(_keys, Choices);
        var columns = new Span<int>(_columns, Choices);
        keys.Sort(columns);
        for (int end = Choices, start; end > 0; end = start)
        {
            // Equal keys, which the sort leaves in any order.
            for (start = end - 1; start > 0 && keys[start - 1] == keys[start]; start--)
            {
            }

            var equal = columns[start..end];
            if (equal.Length > 1)
            {
                equal.Sort();
            }

            equal.CopyTo(index[(Choices - end)..]);
            if (!key.IsEmpty)
            {
                keys[start..end].CopyTo(key[(Choices - end)..]);
            }
        }
    }

    // Numbers as integers in the same order: the magnitude of negative ones grows downwards.
    private static long Order(T value)
    {
        var bits = sizeof(T) == 4 ? Unsafe.BitCast<T, int>(value) : Unsafe.BitCast<T, long>(value);
        return bits < 0 ? (sizeof(T) == 4 ? int.MinValue : long.MinValue) - bits - 1 : bits;
    }

    private static T FromOrder(long order)
    {
        var bits = order < 0 ? (sizeof(T) == 4 ? int.MinValue : long.MinValue) - order - 1 : order;
        return sizeof(T) == 4 ? Unsafe.BitCast<int, T>((int)bits) : Unsafe.BitCast<long, T>(bits);
    }
}
