using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class NaturalParameters
{
    /// <summary><see cref="NaturalParameterKernels{T}.TokenResponsibilities"/>: the expectation step of a topic model in one pass over the tokens.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="documents">Document of every token, <c>[N]</c> in <c>[0, D)</c>.</param>
    /// <param name="words">Word of every token, <c>[N]</c> in <c>[0, V)</c>.</param>
    /// <param name="logTheta">Log weights of the topics in every document, <c>[K, D]</c>, <c>K</c> at least 1.</param>
    /// <param name="logPhi">Log probabilities of every word in the topics, <c>[K, V]</c>.</param>
    /// <param name="responsibilities"><c>r [K, N]</c>; overwritten; may be absent.</param>
    /// <param name="thetaCounts">Expected numbers of tokens by topic and document, <c>[K, D]</c>; overwritten.</param>
    /// <param name="phiCounts">Expected numbers of tokens by topic and word, <c>[K, V]</c>; overwritten.</param>
    /// <param name="logEvidence">Log evidence of all tokens, in nats.</param>
    /// <param name="threads">Threads to use at most, the caller included.</param>
    /// <returns>The first token with a logit that is NaN or <c>+∞</c>, or -1.</returns>
    public static long TokenResponsibilities<T>(
        EdgeIndex documents,
        EdgeIndex words,
        ReadOnlyMatrixView<T> logTheta,
        ReadOnlyMatrixView<T> logPhi,
        MatrixView<T> responsibilities,
        MatrixView<T> thetaCounts,
        MatrixView<T> phiCounts,
        out T logEvidence,
        int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(words);
        if (words.Edges != documents.Edges)
        {
            throw new ArgumentException($"words: expected the words of {documents.Edges} tokens, as many as documents has, but got {words.Edges}.", nameof(words));
        }

        Argument.Present(logTheta);
        if (logTheta.Rows < 1)
        {
            throw new ArgumentException($"logTheta: expected at least one row, one per topic, but got shape [{logTheta.Rows}, {logTheta.Columns}].", nameof(logTheta));
        }

        Argument.Matrix(logTheta, logTheta.Rows, documents.Nodes);
        Argument.Matrix(logPhi, logTheta.Rows, words.Nodes);
        Argument.OptionalOutput(responsibilities, logTheta.Rows, documents.Edges);
        Argument.Output(thetaCounts, logTheta.Rows, documents.Nodes);
        Argument.Output(phiCounts, logTheta.Rows, words.Nodes);
        fixed (T* theta = &logTheta.First, phi = &logPhi.First, r = &responsibilities.First, ofDocuments = &thetaCounts.First, ofWords = &phiCounts.First)
        {
            return TokenResponsibilitiesWork<T>.Run(
                documents,
                words,
                logTheta.Rows,
                new(theta, logTheta.Stride, logTheta.Rows),
                new(phi, logPhi.Stride, logTheta.Rows),
                new(r, responsibilities.Stride, logTheta.Rows),
                new(ofDocuments, thetaCounts.Stride, logTheta.Rows),
                new(ofWords, phiCounts.Stride, logTheta.Rows),
                out logEvidence,
                threads);
        }
    }
}

/// <summary>A piece of the tokens, in the order of their documents.</summary>
/// <remarks>
/// <para>
/// The topics fill the lanes: a token is the product of two rows of the tables of exponentials, its sum, and two additions. The counts of a document stay in a register, those of the words are a
/// table of the piece. Long sums are blocked: those of a document by its tokens, those of a word by a counter beside its row.
/// </para>
/// <para>A document that goes on from the piece before has its counts in a row of the piece, all others in the table of the documents.</para>
/// </remarks>
internal unsafe struct TokenResponsibilitiesWork<T> : ILanesWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // More pieces than threads will ever be.
    private const nint MostPieces = 64;

    // Some microseconds.
    private const nint FewestTokens = 4096;

    // The table of the words is cleared and added up for every piece.
    private const nint FewestTokensPerWord = 4;

    // Terms of a plain sum. Fewer than elsewhere: tokens of one word in one document are equal, so that their roundings agree.
    private const int PlainTokens = 64;

    // Normalisers that are multiplied before a logarithm is taken.
    private const int Normalisers = 256;

    private nint _topics;
    private nint _stride;
    private nint _tokens;
    private nint _perPiece;
    private nint _documents;
    private nint _words;
    private long* _offsets;
    private int* _order;
    private int* _word;
    private PlateOperand<T> _logTheta;
    private PlateOperand<T> _logPhi;
    private PlateOperand<T> _responsibilities;
    private T* _theta;
    private T* _thetaShift;
    private T* _phi;
    private T* _phiShift;
    private T* _thetaCounts;
    private T* _phiCounts;
    private T* _heads;
    private double* _evidence;

    public static long Run(
        EdgeIndex documents,
        EdgeIndex words,
        nint topics,
        PlateOperand<T> logTheta,
        PlateOperand<T> logPhi,
        PlateOperand<T> responsibilities,
        PlateOperand<T> thetaCounts,
        PlateOperand<T> phiCounts,
        out T logEvidence,
        int threads)
    {
        nint tokens = documents.Edges, rows = documents.Nodes, vocabulary = words.Nodes;
        var stride = TokenTable<T>.Stride(topics);
        var perPiece = Math.Max(Math.Max((tokens + MostPieces - 1) / MostPieces, FewestTokens), FewestTokensPerWord * vocabulary);
        var pieces = (int)((tokens + perPiece - 1) / perPiece);
        using var scratch = Scratch.Rent(
            2 * Scratch.SizeOf<T>(rows * stride) + Scratch.SizeOf<T>(rows) + Scratch.SizeOf<T>(vocabulary * stride) + Scratch.SizeOf<T>(vocabulary) + Scratch.SizeOf<T>(pieces * vocabulary * stride)
            + Scratch.SizeOf<T>(pieces * stride) + Scratch.SizeOf<double>(pieces));
        fixed (long* offsets = documents.Offsets)
        fixed (int* order = documents.Order, document = documents.Index, word = words.Index)
        {
            var work = new TokenResponsibilitiesWork<T>
            {
                _topics = topics,
                _stride = stride,
                _tokens = tokens,
                _perPiece = perPiece,
                _documents = rows,
                _words = vocabulary,
                _offsets = offsets,
                _order = documents.IsSorted ? null : order,
                _word = word,
                _logTheta = logTheta,
                _logPhi = logPhi,
                _responsibilities = responsibilities,
                _theta = scratch.Take<T>(rows * stride),
                _thetaShift = scratch.Take<T>(rows),
                _phi = scratch.Take<T>(vocabulary * stride),
                _phiShift = scratch.Take<T>(vocabulary),
                _thetaCounts = scratch.Take<T>(rows * stride),
                _phiCounts = scratch.Take<T>(pieces * vocabulary * stride),
                _heads = scratch.Take<T>(pieces * stride),
                _evidence = scratch.Take<double>(pieces),
            };
            TokenTable<T>.Exponentials(logTheta, rows, work._theta, work._thetaShift, stride, threads);
            TokenTable<T>.Exponentials(logPhi, vocabulary, work._phi, work._phiShift, stride, threads);
            Clear(work._thetaCounts, rows * stride);
            LanesWork.For<TokenResponsibilitiesWork<T>, T>(ref work, pieces, threads, topics);
            var evidence = work.Combine(pieces, words, thetaCounts, phiCounts);
            logEvidence = T.CreateTruncating(evidence);
            return double.IsNaN(evidence) ? work.FirstWithoutLogits(document) : -1;
        }
    }

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

    // The document that has a position of the order: the last one that starts at or before it.
    private readonly nint DocumentOf(nint position)
    {
        nint low = 0, high = _documents;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = _offsets[middle] <= position ? (middle, high) : (low, middle);
        }

        return low;
    }

    // The pieces in their order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly double Combine(int pieces, EdgeIndex words, PlateOperand<T> thetaCounts, PlateOperand<T> phiCounts)
    {
        var evidence = 0.0;
        for (nint piece = 0; piece < pieces; piece++)
        {
            evidence += _evidence[piece];
            var document = DocumentOf(piece * _perPiece);
            for (nint k = 0; k < _topics; k++)
            {
                _thetaCounts[document * _stride + k] += _heads[piece * _stride + k];
            }

            for (nint i = 0; piece > 0 && i < _words * _stride; i++)
            {
                _phiCounts[i] += _phiCounts[piece * _words * _stride + i];
            }
        }

        for (nint word = 0; word < _words; word++)
        {
            var degree = words.Degree((int)word);
            evidence += degree == 0 ? 0 : degree * double.CreateTruncating(_phiShift[word]);
        }

        TokenTable<T>.Transpose(_thetaCounts, _stride, _documents, _topics, thetaCounts, false);
        TokenTable<T>.Transpose(_phiCounts, _stride, _words, _topics, phiCounts, pieces == 0);
        return evidence;
    }

    // Rare: the evidence is NaN, and somebody wants to know why.
    private readonly long FirstWithoutLogits(int* document)
    {
        for (nint token = 0; token < _tokens; token++)
        {
            for (nint k = 0; k < _topics; k++)
            {
                if (!(Logit(k, document[token], _word[token]) < double.PositiveInfinity))
                {
                    return token;
                }
            }
        }

        return -1;
    }

    private static void Clear(T* values, nint count)
    {
        for (nint first = 0; first < count; first += int.MaxValue)
        {
            new Span<T>(values + first, (int)Math.Min(int.MaxValue, count - first)).Clear();
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

internal sealed unsafe partial class CpuNaturalParameterKernels<T>
{
    protected override void TokenResponsibilitiesCore(
        DeviceEdgeIndex documents,
        DeviceEdgeIndex words,
        DeviceMatrix<T> logTheta,
        DeviceMatrix<T> logPhi,
        DeviceMatrix<T> responsibilities,
        DeviceMatrix<T> thetaCounts,
        DeviceMatrix<T> phiCounts,
        DeviceTensor<T> logEvidence)
    {
        var fault = TokenResponsibilitiesWork<T>.Run(
            documents.Host,
            words.Host,
            (nint)logTheta.Rows,
            Operand(logTheta),
            Operand(logPhi),
            Operand(responsibilities),
            Operand(thetaCounts),
            Operand(phiCounts),
            out *logEvidence.Pointer,
            device.Threads);
        if (fault >= 0)
        {
            device.ReportFault(fault);
        }
    }
}
