using System.IO.Compression;

namespace Native.Bench;

/// <summary>
/// 14 books of the King James Version (public domain; see <c>Bench/Data/README.md</c>), embedded in the program, as a bag of words: a chapter is a document.
/// </summary>
internal sealed class Bible
{
    // Books as the file abbreviates them, and their names.
    private static readonly Dictionary<string, string> Books = new()
    {
        ["Ge"] = "Genesis",
        ["Exo"] = "Exodus",
        ["Lev"] = "Leviticus",
        ["1Sm"] = "1 Samuel",
        ["1Ki"] = "1 Kings",
        ["Psa"] = "Psalms",
        ["Prv"] = "Proverbs",
        ["Isa"] = "Isaiah",
        ["Mat"] = "Matthew",
        ["Luke"] = "Luke",
        ["John"] = "John",
        ["Acts"] = "Acts",
        ["Rom"] = "Romans",
        ["1Cor"] = "1 Corinthians",
    };

    private const string Resource = "bible.txt.gz";
    private const int FewestChapters = 5;

    // A word of more chapters than this share tells none apart.
    private const double MostChapters = 0.4;

    // Words that stand in chapters of any subject.
    private static readonly HashSet<string> StopWords = [.. """
        a about above abroad according after again against all also although always am among an and another any are art as ask asked at away back be became because become been before began
        behold being beside between both bring bringeth brought but by call called came can cannot come cometh coming could day days did didst do doest doeth done dost doth down each either
        else even ever every except far few first for forth from full gave get give given giveth go goeth going gone good got great had half hast hath have having he hence her here hereby
        herein hereof hers herself him himself his hither how howbeit however i if in indeed into is it its itself keep know known last lay least left less lest let like likewise little lo long
        look made make maketh man many may mayest me men might mine more moreover most much must my myself nay near neither never nevertheless next no none nor not nothing notwithstanding now o
        of off oft on once one only or other others ought our ourselves out over own part pass passed peradventure place put rather said saith same sat saw say saying second see seen sent set
        shall shalt she should shouldest since so some soon spake speak spoken stand still stood such surely take taken tell than that the thee their them themselves then thence there thereby
        therefore therein thereof thereon thereto these they thine thing things this thither those thou though three through throughout thus thy thyself till time to together told too took
        toward turn turned two unless until unto up upon us use verily very was way we well went were what whatsoever when whence where whereby wherefore wherein whereof wherewith whether
        which while whither who whole whom whomsoever whose whoso whosoever why will wilt with within without would ye yea year years yes yet you your yours yourselves
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];

    private Bible(string[] chapters, string[] vocabulary, int[] document, int[] word) => (Chapters, Vocabulary, Document, Word) = (chapters, vocabulary, document, word);

    /// <summary>The documents: book and chapter.</summary>
    public string[] Chapters { get; }

    /// <summary>The words, in alphabetical order.</summary>
    public string[] Vocabulary { get; }

    /// <summary>The chapter of every token, in increasing order.</summary>
    public int[] Document { get; }

    /// <summary>The word of every token, as it stands in the text.</summary>
    public int[] Word { get; }

    /// <summary>Reads the embedded file: a verse on each line, <c>Ge1:1 In the beginning …</c>.</summary>
    /// <exception cref="InvalidDataException">A line has another form.</exception>
    public static Bible Load()
    {
        using var resource = typeof(Bible).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidDataException($"The program does not hold {Resource}.");
        using var reader = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        var chapters = new List<string>();
        var tokens = new List<(int Document, string Word)>();
        var last = "";
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            var colon = line.IndexOf(':');
            var space = line.IndexOf(' ');
            if (colon < 2 || space < colon)
            {
                throw new InvalidDataException($"{Resource} line {number}: expected 'Book1:1 text', but got '{line}'.");
            }

            var chapter = line[..colon];
            if (chapter != last)
            {
                chapters.Add(Name(chapter, number));
                last = chapter;
            }

            foreach (var word in Words(line[space..]))
            {
                tokens.Add((chapters.Count - 1, word));
            }
        }

        string[] vocabulary = [.. tokens.Distinct().CountBy(token => token.Word).Where(pair => pair.Value >= FewestChapters && pair.Value <= MostChapters * chapters.Count).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        var index = Enumerable.Range(0, vocabulary.Length).ToDictionary(i => vocabulary[i]);
        tokens.RemoveAll(token => !index.ContainsKey(token.Word));
        return new Bible([.. chapters], vocabulary, [.. tokens.Select(token => token.Document)], [.. tokens.Select(token => index[token.Word])]);
    }

    /// <summary>The words of a text that count: letters in lower case, two or more, no stop words.</summary>
    internal static IEnumerable<string> Words(string text)
    {
        var start = 0;
        for (var end = 0; end <= text.Length; end++)
        {
            if (end < text.Length && char.IsAsciiLetter(text[end]))
            {
                continue;
            }

            var word = text[start..end].ToLowerInvariant();
            start = end + 1;
            if (word.Length > 1 && !StopWords.Contains(word))
            {
                yield return word;
            }
        }
    }

    private static string Name(string chapter, int number)
    {
        var digits = chapter.Length;
        while (digits > 0 && char.IsAsciiDigit(chapter[digits - 1]))
        {
            digits--;
        }

        return Books.TryGetValue(chapter[..digits], out var book)
            ? $"{book} {chapter[digits..]}"
            : throw new InvalidDataException($"{Resource} line {number}: expected one of the books {string.Join(", ", Books.Keys)}, but got '{chapter}'.");
    }
}
