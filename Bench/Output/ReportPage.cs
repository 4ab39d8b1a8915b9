using System.Globalization;
using System.Net;
using System.Text;

namespace Native.Bench;

/// <summary>A report: one page that holds its figures, so that it can be sent on as a single file.</summary>
internal sealed class ReportPage
{
    private const string Style = """
        :root { color-scheme: light; }
        body { font: 16px/1.55 system-ui, sans-serif; color: #1d2430; background: #fff; max-width: 58rem; margin: 2rem auto; padding: 0 1.2rem; }
        h1 { font-size: 1.7rem; margin-bottom: .2rem; }
        h2 { font-size: 1.2rem; margin-top: 2.4rem; border-bottom: 1px solid #d9dee6; padding-bottom: .25rem; }
        table { border-collapse: collapse; margin: 1rem 0; }
        th, td { padding: .3rem .9rem; border-bottom: 1px solid #e6e9ef; text-align: left; font-variant-numeric: tabular-nums; }
        th { background: #f5f7fa; font-weight: 600; }
        td.number, th.number { text-align: right; }
        .failed { color: #b3261e; font-weight: 600; }
        figure { margin: 1.6rem 0; }
        figure img { max-width: 100%; height: auto; border: 1px solid #e6e9ef; }
        figcaption { color: #55606f; font-size: .92rem; }
        .note { color: #55606f; }
        """;

    private readonly StringBuilder _html = new();

    /// <summary>Begins a page.</summary>
    /// <param name="title">The title of the window.</param>
    /// <param name="heading">The heading.</param>
    /// <param name="note">A line below it, as plain text.</param>
    public ReportPage(string title, string heading, string note)
    {
        Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Encode(title)}</title>
            <style>
            {Style}
            </style></head>
            <body>
            <h1>{Encode(heading)}</h1>
            <p class="note">{Encode(note)}</p>

            """);
        if (!Figure.HasFonts)
        {
            Append($"<p class=\"note\">The figures have no text, because no fonts were found on the system that drew them.</p>\n");
        }
    }

    /// <summary>Text as HTML shows it.</summary>
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Adds HTML; numbers are written the same everywhere.</summary>
    public void Append(FormattableString html) => _html.Append(html.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a figure, already drawn.</summary>
    public void Append(Figure figure) => Append($"""
        <figure><img alt="{Encode(figure.Caption)}" src="data:image/{(figure.Path.EndsWith(".svg", StringComparison.Ordinal) ? "svg+xml" : "png")};base64,{Convert.ToBase64String(File.ReadAllBytes(figure.Path))}">
        <figcaption>{Encode(figure.Caption)}</figcaption></figure>

        """);

    /// <summary>Ends the page and writes it, whole or not at all.</summary>
    public void Write(string path)
    {
        Append($"</body>\n</html>\n");
        OutputFile.Write(path, _html.ToString());
    }
}
