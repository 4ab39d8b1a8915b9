using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

/// <summary>A piece of the data: block by block the logits, their exponentials and normalisers, the responsibilities and their counts, the sums of statistics.</summary>
/// <remarks>
/// Neighbouring data fill the lanes. What is left of the last block is copied beside zeros, so that the loops know whole registers only; the lanes that are over get the logits 0, -∞, -∞, …, which give
/// an evidence of 0 and the responsibilities 1, 0, 0, …; that 1 is taken back.
/// </remarks>
internal readonly unsafe struct ResponsibilitiesWork<T, TVector, TRegister, TLanes> : IWork
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
    where TRegister : struct, IMatrixProductRegister<TVector, T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    // Rows a page apart would meet in the same sets of the first-level cache, and a load waits for an earlier store a page away: five lines keep both from each other.
    private const int PadBytes = 320;

    // Three quarters of the smallest first-level cache.
    private const int ChunkBytes = 24 * 1024;

    private readonly MixtureData<T> _mixture;
    private readonly nint _block;
    private readonly nint _perPiece;
    private readonly double* _totals;
    private readonly nint _group;

    public ResponsibilitiesWork(in MixtureData<T> mixture, nint block, nint perPiece, double* totals)
    {
        _mixture = mixture;
        _block = block;
        _perPiece = perPiece;
        _totals = totals;

        // A normaliser is between 1 and K: the product of so many is finite.
        _group = Math.Max(1, (nint)((sizeof(T) == 4 ? 120 : 1000) / Math.Max(1, Math.Log2(mixture.Components))));
    }

    // Compiled in full at once, as everything that a piece runs through: code that waits for its turn to be optimised takes as long as the loops.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int piece)
    {
        var (components, features) = (_mixture.Components, _mixture.Features);
        var stride = _block + PadBytes / sizeof(T);
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(components * stride) + Scratch.SizeOf<T>(components * TLanes.Count) + Scratch.SizeOf<T>(_block) + Scratch.SizeOf<T>(features * stride));
        var r = scratch.Take<T>(components * stride);
        var blockCounts = scratch.Take<T>(components * TLanes.Count);
        var inverse = scratch.Take<T>(_block);
        var copy = scratch.Take<T>(features * stride);
        var sums = _totals + piece * (components * (features + 1) + 1);
        var counts = sums + components * features;
        var evidence = counts + components;
        var end = Math.Min((piece + 1) * _perPiece * _block, _mixture.Data);
        for (var begin = piece * _perPiece * _block; begin < end; begin += _block)
        {
            var count = Math.Min(_block, end - begin);
            var registers = (count + TRegister.Count - 1) / TRegister.Count;
            var u = _mixture.Statistics + begin;
            var uStride = _mixture.StatisticsStride;
            var left = (int)(registers * TRegister.Count - count);
            if (left > 0)
            {
                Copy(u, count, left, copy, stride);
                u = copy;
                uStride = stride;
            }

            // As many registers of data as stay in the first-level cache with their statistics and logits.
            nint columns = ResponsibilitiesMicroKernel<T, TVector, TRegister>.LogitColumns;
            var chunk = Math.Max(columns, ChunkBytes / ((features + components) * sizeof(TVector)) / columns * columns);
            new Span<T>(blockCounts, (int)components * TLanes.Count).Clear();
            for (nint first = 0; first < registers; first += chunk)
            {
                var size = Math.Min(chunk, registers - first);
                var at = first * TRegister.Count;
                var over = first + size == registers ? left : 0;
                Logits(u + at, uStride, size, r + at, stride);
                Neutralise(r, stride, count, over);
                *evidence += components switch
                {
                    1 => NormaliseFew<Constant1>(r + at, stride, size, blockCounts),
                    2 => NormaliseFew<Constant2>(r + at, stride, size, blockCounts),
                    3 => NormaliseFew<Constant3>(r + at, stride, size, blockCounts),
                    4 => NormaliseFew<Constant4>(r + at, stride, size, blockCounts),
                    _ => Normalise(r + at, stride, size, inverse, blockCounts),
                };
            }

            for (nint k = 0; k < components; k++)
            {
                counts[k] += double.CreateTruncating(TLanes.Sum(TLanes.Load(blockCounts + k * TLanes.Count)));
            }

            // The lanes that are over have all gone to the first component.
            counts[0] -= left;
            new Span<T>(r + count, left).Clear();

            Sums(r, stride, registers, u, uStride, sums);
            if (_mixture.Responsibilities is not null)
            {
                for (nint k = 0; k < components; k++)
                {
                    new ReadOnlySpan<T>(r + k * stride, (int)count).CopyTo(new Span<T>(_mixture.Responsibilities + k * _mixture.ResponsibilitiesStride + begin, (int)count));
                }
            }
        }
    }

    private void Copy(T* u, nint count, int left, T* to, nint stride)
    {
        for (nint f = 0; f < _mixture.Features; f++)
        {
            new ReadOnlySpan<T>(u + f * _mixture.StatisticsStride, (int)count).CopyTo(new Span<T>(to + f * stride, (int)count));
            new Span<T>(to + f * stride + count, left).Clear();
        }
    }

    private void Neutralise(T* logits, nint stride, nint count, int left)
    {
        for (nint k = 0; left > 0 && k < _mixture.Components; k++)
        {
            new Span<T>(logits + k * stride + count, left).Fill(k == 0 ? T.Zero : T.NegativeInfinity);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Logits(T* u, nint uStride, nint registers, T* to, nint stride)
    {
        var tiles = Tiles(_mixture.Components, ResponsibilitiesMicroKernel<T, TVector, TRegister>.LogitRows);
        for (nint tile = 0; tile < tiles; tile++)
        {
            var (k, rows) = Tile(_mixture.Components, tiles, tile);
            nint next = 0;
            for (nint width = ResponsibilitiesMicroKernel<T, TVector, TRegister>.LogitColumns; width > 0; width /= 2)
            {
                var groups = (registers - next) / width;
                if (groups > 0)
                {
                    var at = next * TRegister.Count;
                    ResponsibilitiesMicroKernel<T, TVector, TRegister>.Logits(rows, width)(
                        _mixture.Features, groups, _mixture.Parameters + k * _mixture.ParametersStride, _mixture.ParametersStride, _mixture.LogWeights + k, u + at, uStride, to + k * stride + at, stride);
                    next += groups * width;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Sums(T* r, nint stride, nint registers, T* u, nint uStride, double* sums)
    {
        var tiles = Tiles(_mixture.Components, ResponsibilitiesMicroKernel<T, TVector, TRegister>.SumRows);
        for (nint tile = 0; tile < tiles; tile++)
        {
            var (k, rows) = Tile(_mixture.Components, tiles, tile);
            var featureTiles = Tiles(_mixture.Features, ResponsibilitiesMicroKernel<T, TVector, TRegister>.SumFeatures(rows));
            for (nint featureTile = 0; featureTile < featureTiles; featureTile++)
            {
                var (f, features) = Tile(_mixture.Features, featureTiles, featureTile);
                ResponsibilitiesMicroKernel<T, TVector, TRegister>.Sums(rows, features)(
                    registers, r + k * stride, stride, u + f * uStride, uStride, sums + k * _mixture.Features + f, _mixture.Features);
            }
        }
    }

    // Tiles of nearly equal size.
    private static nint Tiles(nint size, nint most) => (size + most - 1) / most;

    private static (nint First, nint Size) Tile(nint size, nint tiles, nint tile)
    {
        var first = tile * size / tiles;
        return (first, (tile + 1) * size / tiles - first);
    }

    /// <summary>Makes responsibilities of the logits and adds them to the counts; gives the log evidence.</summary>
    /// <remarks>A maximum starts at the lowest finite number, so that nothing is subtracted from itself where all logits are -∞; a NaN among them comes through its exponential.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private double Normalise(T* r, nint stride, nint registers, T* inverse, T* counts)
    {
        var end = r + _mixture.Components * stride;
        TLanes maxima = TLanes.Zero, logs = TLanes.Zero;
        for (nint register = 0; register < registers;)
        {
            // One logarithm for many normalisers.
            var product = TLanes.Constant(1);
            for (var last = Math.Min(register + _group, registers); register < last; register++)
            {
                var first = r + register * TLanes.Count;
                var maximum = TLanes.Constant(sizeof(T) == 4 ? float.MinValue : double.MinValue);
                for (var logit = first; logit < end; logit += stride)
                {
                    maximum = TLanes.AtLeast(TLanes.Load(logit), maximum);
                }

                var normaliser = TLanes.Zero;
                for (var logit = first; logit < end;)
                {
                    var sum = TLanes.Zero;
                    for (var stop = Math.Min((nuint)(logit + LogDomain.PlainTerms * stride), (nuint)end); (nuint)logit < stop; logit += stride)
                    {
                        var exponential = Functions.ExpOfNotPositive<TLanes, T>(TLanes.Load(logit) - maximum);
                        TLanes.Store(exponential, logit);
                        sum += exponential;
                    }

                    normaliser += sum;
                }

                maxima += maximum;
                product *= normaliser;
                TLanes.Store(Inverse(normaliser), inverse + register * TLanes.Count);
            }

            logs += Functions.Log<TLanes, T>(product);
        }

        for (var first = r; first < end; first += stride)
        {
            var count = TLanes.Load(counts);
            for (nint register = 0; register < registers; register++)
            {
                var at = register * TLanes.Count;
                Keep(TLanes.Load(first + at) * TLanes.Load(inverse + at), first + at, ref count);
            }

            TLanes.Store(count, counts);
            counts += TLanes.Count;
        }

        return double.CreateTruncating(TLanes.Sum(maxima)) + double.CreateTruncating(TLanes.Sum(logs));
    }

    /// <summary><see cref="Normalise"/> of at most four components, in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private double NormaliseFew<TComponents>(T* r, nint stride, nint registers, T* counts)
        where TComponents : struct, IConstant
    {
        TLanes maxima = TLanes.Zero, logs = TLanes.Zero;
        TLanes c0 = TLanes.Zero, c1 = TLanes.Zero, c2 = TLanes.Zero, c3 = TLanes.Zero;
        var lowest = TLanes.Constant(sizeof(T) == 4 ? float.MinValue : double.MinValue);
        for (nint register = 0; register < registers;)
        {
            var product = TLanes.Constant(1);
            for (var last = Math.Min(register + _group, registers); register < last; register++)
            {
                var first = r + register * TLanes.Count;
                var l0 = TLanes.Load(first);
                var l1 = TComponents.Value > 1 ? TLanes.Load(first + stride) : l0;
                var l2 = TComponents.Value > 2 ? TLanes.Load(first + 2 * stride) : l0;
                var l3 = TComponents.Value > 3 ? TLanes.Load(first + 3 * stride) : l0;
                var maximum = TLanes.AtLeast(l0, lowest);
                if (TComponents.Value > 1) maximum = TLanes.AtLeast(l1, maximum);
                if (TComponents.Value > 2) maximum = TLanes.AtLeast(l2, maximum);
                if (TComponents.Value > 3) maximum = TLanes.AtLeast(l3, maximum);
                l0 = Functions.ExpOfNotPositive<TLanes, T>(l0 - maximum);
                if (TComponents.Value > 1) l1 = Functions.ExpOfNotPositive<TLanes, T>(l1 - maximum);
                if (TComponents.Value > 2) l2 = Functions.ExpOfNotPositive<TLanes, T>(l2 - maximum);
                if (TComponents.Value > 3) l3 = Functions.ExpOfNotPositive<TLanes, T>(l3 - maximum);
                var normaliser = l0;
                if (TComponents.Value > 1) normaliser += l1;
                if (TComponents.Value > 2) normaliser += l2;
                if (TComponents.Value > 3) normaliser += l3;
                maxima += maximum;
                product *= normaliser;
                var inverse = Inverse(normaliser);
                Keep(l0 * inverse, first, ref c0);
                if (TComponents.Value > 1) Keep(l1 * inverse, first + stride, ref c1);
                if (TComponents.Value > 2) Keep(l2 * inverse, first + 2 * stride, ref c2);
                if (TComponents.Value > 3) Keep(l3 * inverse, first + 3 * stride, ref c3);
            }

            logs += Functions.Log<TLanes, T>(product);
        }

        Add(c0, counts);
        if (TComponents.Value > 1) Add(c1, counts + TLanes.Count);
        if (TComponents.Value > 2) Add(c2, counts + 2 * TLanes.Count);
        if (TComponents.Value > 3) Add(c3, counts + 3 * TLanes.Count);
        return double.CreateTruncating(TLanes.Sum(maxima)) + double.CreateTruncating(TLanes.Sum(logs));
    }

    // A normaliser is at least 1, or 0 where all logits are -∞.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Inverse(TLanes normaliser) => TLanes.Constant(1) / TLanes.AtLeast(normaliser, TLanes.Constant(0.5));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(TLanes value, T* to, ref TLanes count)
    {
        TLanes.Store(value, to);
        count += value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TLanes value, T* to) => TLanes.Store(TLanes.Load(to) + value, to);
}
