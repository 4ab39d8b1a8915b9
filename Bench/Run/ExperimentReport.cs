namespace Native.Bench;

/// <summary>The report of an experiment: its tables and figures on one page.</summary>
internal static class ExperimentReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">The device in words.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="result">What it has found; its figures are drawn.</param>
    public static void Write(string path, string device, IExperiment experiment, ExperimentResult result)
    {
        var page = new ReportPage($"Native: {experiment.Name}", experiment.Name, device);
        page.Append($"<p>{ReportPage.Encode(experiment.Description)}.</p>\n");
        Append(page, result);
        page.Write(path);
    }

    /// <summary>Adds what an experiment has found to a page.</summary>
    public static void Append(ReportPage page, ExperimentResult result)
    {
        Append(page, result.Numbers, result.RowNames is null ? 0 : 1);
        if (result.Words is { } words)
        {
            Append(page, words, words.Columns.Count);
        }

        page.Append($"<p class=\"note\">{ReportPage.Encode(result.Note)}</p>\n");
        foreach (var figure in result.Figures)
        {
            page.Append(figure);
        }
    }

    /// <summary>Adds a table; its columns from one on are numbers.</summary>
    private static void Append(ReportPage page, WordTable table, int numbersFrom)
    {
        page.Append($"<table><tr>{Cells("th", table.Columns, numbersFrom)}</tr>\n");
        foreach (var row in table.Rows)
        {
            page.Append($"<tr>{Cells("td", row, numbersFrom)}</tr>\n");
        }

        page.Append($"</table>\n");
    }

    private static string Cells(string tag, IEnumerable<string> texts, int numbersFrom) =>
        string.Concat(texts.Select((text, column) => $"<{tag}{(column >= numbersFrom ? " class=\"number\"" : "")}>{ReportPage.Encode(text)}</{tag}>"));
}
