using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Models;

/// <summary>The order of a <see cref="RegisterMatrix{TOrder}"/>, as a type: the compiler folds it, and drops the rows that are not there.</summary>
internal interface IOrder
{
    /// <summary>1, 2, 3 or 4.</summary>
    static abstract int Value { get; }
}

/// <summary>Order 1.</summary>
internal readonly struct Order1 : IOrder
{
    public static int Value => 1;
}

/// <summary>Order 2.</summary>
internal readonly struct Order2 : IOrder
{
    public static int Value => 2;
}

/// <summary>Order 3.</summary>
internal readonly struct Order3 : IOrder
{
    public static int Value => 3;
}

/// <summary>Order 4.</summary>
internal readonly struct Order4 : IOrder
{
    public static int Value => 4;
}

/// <summary>
/// A square matrix of at most four rows that stays in registers: row <c>i</c> in the first lanes of vector <c>i</c>; what is in the lanes after it means nothing. In memory it is row-major and dense.
/// </summary>
/// <remarks>A product takes the operand, its factor and the result, 12 registers at order 4.</remarks>
internal readonly struct RegisterMatrix<TOrder>(Vector256<double> row0, Vector256<double> row1, Vector256<double> row2, Vector256<double> row3)
    where TOrder : struct, IOrder
{
    private readonly Vector256<double> _row0 = row0;
    private readonly Vector256<double> _row1 = row1;
    private readonly Vector256<double> _row2 = row2;
    private readonly Vector256<double> _row3 = row3;

    /// <summary>Elements, and how far the next matrix is in memory.</summary>
    public static int Size => TOrder.Value * TOrder.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterMatrix<TOrder> operator -(RegisterMatrix<TOrder> a, RegisterMatrix<TOrder> b) =>
        new(a._row0 - b._row0, a._row1 - b._row1, a._row2 - b._row2, a._row3 - b._row3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterMatrix<TOrder> operator -(RegisterMatrix<TOrder> a) => new(-a._row0, -a._row1, -a._row2, -a._row3);

    /// <summary>Reads a matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterMatrix<TOrder> Load(ref double from) => new(
        LoadRow(ref from),
        TOrder.Value > 1 ? LoadRow(ref Unsafe.Add(ref from, TOrder.Value)) : default,
        TOrder.Value > 2 ? LoadRow(ref Unsafe.Add(ref from, 2 * TOrder.Value)) : default,
        TOrder.Value > 3 ? LoadRow(ref Unsafe.Add(ref from, 3 * TOrder.Value)) : default);

    /// <summary>Reads a vector of as many elements as the matrix has rows, and none after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> LoadRow(ref double from) => TOrder.Value switch
    {
        1 => Vector256.CreateScalar(from),
        2 => Vector128.LoadUnsafe(ref from).ToVector256(),
        3 => Vector256.Create(Vector128.LoadUnsafe(ref from), Vector128.CreateScalar(Unsafe.Add(ref from, 2))),
        _ => Vector256.LoadUnsafe(ref from),
    };

    /// <summary>Writes a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRow(Vector256<double> row, ref double to)
    {
        switch (TOrder.Value)
        {
            case 1:
                to = row.ToScalar();
                break;
            case 2:
                row.GetLower().StoreUnsafe(ref to);
                break;
            case 3:
                row.GetLower().StoreUnsafe(ref to);
                Unsafe.Add(ref to, 2) = row.GetElement(2);
                break;
            default:
                row.StoreUnsafe(ref to);
                break;
        }
    }

    /// <summary>The sum of the elements of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector256<double> row) => TOrder.Value <= 2 ? Vector128.Sum(row.GetLower()) : Vector256.Sum(row);

    /// <summary>Writes the matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double to)
    {
        StoreRow(_row0, ref to);
        if (TOrder.Value > 1)
        {
            StoreRow(_row1, ref Unsafe.Add(ref to, TOrder.Value));
        }

        if (TOrder.Value > 2)
        {
            StoreRow(_row2, ref Unsafe.Add(ref to, 2 * TOrder.Value));
        }

        if (TOrder.Value > 3)
        {
            StoreRow(_row3, ref Unsafe.Add(ref to, 3 * TOrder.Value));
        }
    }

    /// <summary><c>xᵀ A</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<double> LeftTimes(Vector256<double> x)
    {
        var sum = Lane(x, 0) * _row0;
        sum = TOrder.Value > 1 ? Vector256.FusedMultiplyAdd(Lane(x, 1), _row1, sum) : sum;
        sum = TOrder.Value > 2 ? Vector256.FusedMultiplyAdd(Lane(x, 2), _row2, sum) : sum;
        return TOrder.Value > 3 ? Vector256.FusedMultiplyAdd(Lane(x, 3), _row3, sum) : sum;
    }

    /// <summary><c>A B</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RegisterMatrix<TOrder> Times(RegisterMatrix<TOrder> b) => new(
        b.LeftTimes(_row0),
        TOrder.Value > 1 ? b.LeftTimes(_row1) : default,
        TOrder.Value > 2 ? b.LeftTimes(_row2) : default,
        TOrder.Value > 3 ? b.LeftTimes(_row3) : default);

    /// <summary><c>Aᵀ B</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RegisterMatrix<TOrder> TransposedTimes(RegisterMatrix<TOrder> b) => new(
        TransposedTimesRow(b, 0),
        TOrder.Value > 1 ? TransposedTimesRow(b, 1) : default,
        TOrder.Value > 2 ? TransposedTimesRow(b, 2) : default,
        TOrder.Value > 3 ? TransposedTimesRow(b, 3) : default);

    /// <summary>
    /// The inverse of a symmetric and positive definite matrix, by Gauss–Jordan elimination without a search for pivots, which such a matrix does not need (Higham 2002, section 14.4).
    /// </summary>
    /// <param name="pivots">Their product is the determinant; 1 in the lanes that are not there. The matrix is positive definite when all are positive and finite.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RegisterMatrix<TOrder> Inverse(out Vector256<double> pivots)
    {
        var matrix = this;
        pivots = Vector256<double>.One;
        matrix = matrix.Eliminate(0, ref pivots);
        matrix = TOrder.Value > 1 ? matrix.Eliminate(1, ref pivots) : matrix;
        matrix = TOrder.Value > 2 ? matrix.Eliminate(2, ref pivots) : matrix;
        return TOrder.Value > 3 ? matrix.Eliminate(3, ref pivots) : matrix;
    }

    /// <summary>Exchanges row <paramref name="k"/> of <c>A</c> with that of the identity beside it: the pivot's column becomes the inverse's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RegisterMatrix<TOrder> Eliminate(int k, ref Vector256<double> pivots)
    {
        var own = k switch { 0 => _row0, 1 => _row1, 2 => _row2, _ => _row3 };
        var pivot = Lane(own, k);
        var at = Only(k);
        pivots = Vector256.ConditionalSelect(at, pivot, pivots);
        own = Vector256.ConditionalSelect(at, Vector256<double>.One, own) / pivot;
        return new(
            k == 0 ? own : Reduced(_row0, k, at, own),
            k == 1 ? own : TOrder.Value > 1 ? Reduced(_row1, k, at, own) : default,
            k == 2 ? own : TOrder.Value > 2 ? Reduced(_row2, k, at, own) : default,
            k == 3 ? own : TOrder.Value > 3 ? Reduced(_row3, k, at, own) : default);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Reduced(Vector256<double> row, int k, Vector256<double> at, Vector256<double> own) =>
        Vector256.FusedMultiplyAdd(-Lane(row, k), own, Vector256.AndNot(row, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<double> TransposedTimesRow(RegisterMatrix<TOrder> b, int row)
    {
        var sum = Lane(_row0, row) * b._row0;
        sum = TOrder.Value > 1 ? Vector256.FusedMultiplyAdd(Lane(_row1, row), b._row1, sum) : sum;
        sum = TOrder.Value > 2 ? Vector256.FusedMultiplyAdd(Lane(_row2, row), b._row2, sum) : sum;
        return TOrder.Value > 3 ? Vector256.FusedMultiplyAdd(Lane(_row3, row), b._row3, sum) : sum;
    }

    /// <summary>A mask of lane <paramref name="k"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Only(int k) => (k switch
    {
        0 => Vector256.Create(-1L, 0, 0, 0),
        1 => Vector256.Create(0, -1L, 0, 0),
        2 => Vector256.Create(0, 0, -1L, 0),
        _ => Vector256.Create(0, 0, 0, -1L),
    }).AsDouble();

    /// <summary>Lane <paramref name="k"/> in all lanes; within halves of a vector, which takes a third of the time, where nothing that matters lies in the upper one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Lane(Vector256<double> row, int k) => (TOrder.Value <= 2, k) switch
    {
        (true, 0) => Vector256.Shuffle(row, Vector256.Create(0L, 0, 2, 2)),
        (true, _) => Vector256.Shuffle(row, Vector256.Create(1L, 1, 3, 3)),
        (_, 0) => Vector256.Shuffle(row, Vector256.Create(0L, 0, 0, 0)),
        (_, 1) => Vector256.Shuffle(row, Vector256.Create(1L, 1, 1, 1)),
        (_, 2) => Vector256.Shuffle(row, Vector256.Create(2L, 2, 2, 2)),
        _ => Vector256.Shuffle(row, Vector256.Create(3L, 3, 3, 3)),
    };
}
