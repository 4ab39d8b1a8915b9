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
internal unsafe partial struct TokenResponsibilitiesWork<T> : ILanesWork<T>
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
