using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

// A piece: token by token, in the lanes of the topics.
internal unsafe partial struct TokenResponsibilitiesWork<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TLanes>(int piece)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var tableSize = _words * _stride;
        using var scratch = Scratch.Rent(Scratch.SizeOf<T>(tableSize) + Scratch.SizeOf<int>(_words) + Scratch.SizeOf<T>(2 * _stride) + Scratch.SizeOf<T>(Normalisers));
        var sums = new PieceSums
        {
            Blocked = _phiCounts + piece * tableSize,
            Plain = scratch.Take<T>(tableSize),
            Tokens = scratch.Take<int>(_words),
            Row = scratch.Take<T>(2 * _stride),
            Normalisers = scratch.Take<T>(Normalisers),
        };
        Clear(sums.Blocked, tableSize);
        Clear(sums.Plain, tableSize);
        new Span<int>(sums.Tokens, checked((int)_words)).Clear();
        Clear(_heads + piece * _stride, _stride);

        nint begin = piece * _perPiece, end = Math.Min(begin + _perPiece, _tokens);
        var document = DocumentOf(begin);
        for (var position = begin; position < end; document++)
        {
            var last = Math.Min((nint)_offsets[document + 1], end);
            var counts = _offsets[document] < begin ? _heads + piece * _stride : _thetaCounts + document * _stride;
            sums.Evidence += (last - position) * double.CreateTruncating(position < last ? _thetaShift[document] : T.Zero);
            while (position < last)
            {
                var next = Math.Min(position + PlainTokens, last);
                if (_topics <= TLanes.Count)
                {
                    AddTokens<TLanes>(document, position, next, ref sums, counts);
                }
                else
                {
                    AddWideTokens<TLanes>(document, position, next, ref sums, counts);
                }

                position = next;
            }
        }

        sums.Evidence += LogOfProduct.Of(sums.Normalisers, sums.Count);
        for (nint i = 0; i < tableSize; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(sums.Blocked + i) + TLanes.Load(sums.Plain + i), sums.Blocked + i);
        }

        _evidence[piece] = sums.Evidence;
    }

    /// <summary>Tokens of a document whose topics fit one register.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void AddTokens<TLanes>(nint document, nint begin, nint end, ref PieceSums sums, T* counts)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var theta = TLanes.Load(_theta + document * _stride);
        var total = TLanes.Zero;
        for (var position = begin; position < end; position++)
        {
            var token = _order is null ? position : _order[position];
            nint word = _word[token];
            var product = theta * TLanes.Load(_phi + word * _stride);
            var normaliser = TLanes.Sum(product);
            TLanes r;
            if (normaliser >= Least)
            {
                r = product * TLanes.Broadcast(T.One / normaliser);
                Keep(ref sums, normaliser);
            }
            else
            {
                FromLogits(document, word, ref sums);
                r = TLanes.Load(sums.Row);
            }

            total += r;
            var row = sums.Plain + word * _stride;
            TLanes.Store(TLanes.Load(row) + r, row);
            if (++sums.Tokens[word] == PlainTokens)
            {
                Fold<TLanes>(ref sums, word);
            }

            if (_responsibilities.First is not null)
            {
                TLanes.Store(r, sums.Row);
                Write(sums.Row, token);
            }
        }

        TLanes.Store(TLanes.Load(counts) + total, counts);
    }

    /// <summary>Tokens of a document whose topics take several registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void AddWideTokens<TLanes>(nint document, nint begin, nint end, ref PieceSums sums, T* counts)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        var theta = _theta + document * _stride;
        var r = sums.Row;
        var total = r + _stride;
        Clear(total, _stride);
        for (var position = begin; position < end; position++)
        {
            var token = _order is null ? position : _order[position];
            nint word = _word[token];
            var phi = _phi + word * _stride;
            var lanes = TLanes.Zero;
            for (nint k = 0; k < _stride; k += TLanes.Count)
            {
                var product = TLanes.Load(theta + k) * TLanes.Load(phi + k);
                TLanes.Store(product, r + k);
                lanes += product;
            }

            var normaliser = TLanes.Sum(lanes);
            var inverse = TLanes.Constant(1);
            if (normaliser >= Least)
            {
                inverse = TLanes.Broadcast(T.One / normaliser);
                Keep(ref sums, normaliser);
            }
            else
            {
                FromLogits(document, word, ref sums);
            }

            var row = sums.Plain + word * _stride;
            for (nint k = 0; k < _stride; k += TLanes.Count)
            {
                var value = TLanes.Load(r + k) * inverse;
                TLanes.Store(value, r + k);
                TLanes.Store(TLanes.Load(total + k) + value, total + k);
                TLanes.Store(TLanes.Load(row + k) + value, row + k);
            }

            if (++sums.Tokens[word] == PlainTokens)
            {
                Fold<TLanes>(ref sums, word);
            }

            if (_responsibilities.First is not null)
            {
                Write(r, token);
            }
        }

        for (nint k = 0; k < _stride; k += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(counts + k) + TLanes.Load(total + k), counts + k);
        }
    }

    // Below it the products or the exponentials may have lost digits to underflow: those that count lie within 2⁻²⁴ (2⁻⁵³) of it, and are normal numbers.
    private static T Least
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.CreateTruncating(sizeof(T) == 4 ? 7.888609052210118e-31 : 1.0262170012040873e-289);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(ref PieceSums sums, T normaliser)
    {
        sums.Normalisers[sums.Count++] = normaliser;
        if (sums.Count == Normalisers)
        {
            sums.Evidence += LogOfProduct.Of(sums.Normalisers, Normalisers);
            sums.Count = 0;
        }
    }

    // The plain sum of a word joins the blocked one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Fold<TLanes>(ref PieceSums sums, nint word)
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        sums.Tokens[word] = 0;
        for (var k = word * _stride; k < (word + 1) * _stride; k += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(sums.Blocked + k) + TLanes.Load(sums.Plain + k), sums.Blocked + k);
            TLanes.Store(TLanes.Zero, sums.Plain + k);
        }
    }

    /// <summary>The responsibilities of a token from its logits, to the row of the piece; where the tables underflow, or hold what is no number.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void FromLogits(nint document, nint word, ref PieceSums sums)
    {
        var maximum = double.NegativeInfinity;
        for (nint k = 0; k < _topics; k++)
        {
            maximum = Math.Max(maximum, Logit(k, document, word));
        }

        Clear(sums.Row, _stride);
        var logSum = maximum;
        if (!double.IsNegativeInfinity(maximum))
        {
            // NaN and +∞ make NaN of every exponential.
            var sum = 0.0;
            for (nint k = 0; k < _topics; k++)
            {
                sum += Functions.Exp<Scalar<double>, double>(new(Logit(k, document, word) - maximum)).Value;
            }

            for (nint k = 0; k < _topics; k++)
            {
                sums.Row[k] = T.CreateTruncating(Functions.Exp<Scalar<double>, double>(new(Logit(k, document, word) - maximum)).Value / sum);
            }

            logSum += Math.Log(sum);
        }

        // The shifts of all tokens are added elsewhere.
        sums.Evidence += logSum - double.CreateTruncating(_thetaShift[document]) - double.CreateTruncating(_phiShift[word]);
    }

    private readonly double Logit(nint k, nint document, nint word) =>
        double.CreateTruncating(_logTheta.First[k * _logTheta.Stride + document]) + double.CreateTruncating(_logPhi.First[k * _logPhi.Stride + word]);

    private readonly void Write(T* r, nint token)
    {
        for (nint k = 0; k < _topics; k++)
        {
            _responsibilities.First[k * _responsibilities.Stride + token] = r[k];
        }
    }

    private struct PieceSums
    {
        public T* Blocked;
        public T* Plain;
        public int* Tokens;
        public T* Row;
        public T* Normalisers;
        public int Count;
        public double Evidence;
    }
}
