using Native.Bench;

namespace Native.Tests;

public sealed class BibleTests
{
    [Fact]
    public void TheEmbeddedFileHoldsAllChapters()
    {
        var bible = Bible.Load();
        Assert.Equal(550, bible.Chapters.Length);
        Assert.Equal("Genesis 1", bible.Chapters[0]);
        Assert.Equal("1 Corinthians 16", bible.Chapters[^1]);
        Assert.Equal([50, 40, 27, 31, 22, 150, 31, 66, 28, 24, 21, 28, 16, 16], bible.Chapters.CountBy(chapter => chapter[..chapter.LastIndexOf(' ')]).Select(pair => pair.Value));
        Assert.Equal(bible.Document.Order(), bible.Document);
        Assert.Equal(bible.Document.Length, bible.Word.Length);
        Assert.All(bible.Word.CountBy(word => word), pair => Assert.InRange(pair.Key, 0, bible.Vocabulary.Length - 1));
        Assert.Equal(bible.Vocabulary.Length, bible.Word.Distinct().Count());
        Assert.Equal(bible.Vocabulary.Order(StringComparer.Ordinal), bible.Vocabulary);
        Assert.DoesNotContain("shalt", bible.Vocabulary);

        // The first verse and the second, without the words of few chapters or of most.
        Assert.Equal(["beginning", "created", "heaven", "form", "void", "darkness", "face", "deep"], bible.Word.Take(8).Select(word => bible.Vocabulary[word]));
    }

    [Fact]
    public void WordsAreLettersInLowerCaseWithoutStopWords() =>
        Assert.Equal(["abel", "keeper", "sheep", "cain", "god"], Bible.Words("And Abel was a keeper of sheep, but Cain... God's"));
}
