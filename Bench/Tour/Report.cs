using System.Globalization;
using System.Net;
using System.Text;

namespace Native.Bench;

/// <summary>The tour's report: one page that holds its figures, so that it can be sent on as a single file.</summary>
internal static class Report
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

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">The device in words.</param>
    /// <param name="result">The results.</param>
    /// <param name="figures">The figures, already drawn.</param>
    public static void Write(string path, string device, TourResult result, IReadOnlyList<Figure> figures)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Native: tour</title>
            <style>
            {Style}
            </style></head>
            <body>
            <h1>A graph network learns handwritten digits</h1>
            <p class="note">{Encode(device)} The whole tour took {result.Seconds:F1} seconds.</p>

            """);
        WriteDigits(html, result.Digits);
        html.Append("<h2>Figures</h2>\n");
        foreach (var figure in figures)
        {
            html.Append(CultureInfo.InvariantCulture, $"""
                <figure><img alt="{Encode(figure.Caption)}" src="data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(figure.Path))}">
                <figcaption>{Encode(figure.Caption)}</figcaption></figure>

                """);
        }

        WriteSelfCheck(html, result.SelfCheck);
        html.Append("""
            <p class="note">Data: Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository (1998), CC BY 4.0.</p>
            </body>
            </html>

            """);
        File.WriteAllText(path, html.ToString());
    }

    private static void WriteDigits(StringBuilder html, DigitsResult digits)
    {
        html.Append(CultureInfo.InvariantCulture, $"""
            <h2>Digits with {DigitsSplit.LabelsPerClass} labels of each class</h2>
            <p>1,797 images of 8×8 pixels are the nodes of a directed graph: each node hears from its ten nearest neighbours in pixel space. Ten images of each
            digit are labelled: seven of them train, three select (the epoch that is kept, the strength of the propagation), the same ones for all three methods.
            The other 1,697 images are only scored. Every seed draws the labelled images anew; ± is the standard deviation over the {digits.GraphNetwork.Seeds.Count} seeds.</p>
            <table><tr><th>method</th><th class="number">test accuracy</th><th class="number">graph network less this method</th></tr>

            """);
        foreach (var (name, method) in digits.Methods)
        {
            var (difference, error) = digits.GraphNetwork.Difference(method);
            var paired = ReferenceEquals(method, digits.GraphNetwork) ? "" : string.Create(CultureInfo.InvariantCulture, $"{difference:+0.00;-0.00} ± {error:F2} points");
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encode(name)}</td><td class=\"number\">{method.Mean:F1} ± {method.Spread:F1} %</td><td class=\"number\">{paired}</td></tr>\n");
        }

        html.Append("""
            </table>
            <p class="note">Differences are taken seed by seed; their ± is the standard error of the mean difference. The graph network averages the pixels over the neighbours twice,
            runs the same perceptron as the baseline (64, 64, 10 units), and lets neighbours' logits agree in ten rounds of propagation.</p>

            """);
    }

    private static void WriteSelfCheck(StringBuilder html, SelfCheckResult check)
    {
        html.Append(CultureInfo.InvariantCulture, $"""
            <h2>Kernel self-check</h2>
            <p>Every kernel on random data, against the reference device (scalar loops, double accumulation): {(check.Passed ? "all passed" : "<span class=\"failed\">some failed</span>")}.
            The error is the largest difference over the larger of 1 and the largest value.</p>
            <table><tr><th>kernel</th><th>precision</th><th class="number">error</th><th class="number">tolerance</th><th>status</th></tr>

            """);
        foreach (var kernel in check.Checks)
        {
            var error = kernel.Error is { } value ? value.ToString("0.0E+0", CultureInfo.InvariantCulture) : "";
            var mark = kernel.Status == "failed" ? " class=\"failed\"" : "";
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encode(kernel.Kernel)}</td><td>{kernel.Precision}</td><td class=\"number\">{error}</td><td class=\"number\">{kernel.Tolerance:0E+0}</td><td{mark}>{kernel.Status}</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
