using System.Globalization;

namespace Native.Bench;

/// <summary>The tour's report.</summary>
internal static class TourReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">The device in words.</param>
    /// <param name="result">The results.</param>
    /// <param name="figures">The figures of the graph network, already drawn.</param>
    public static void Write(string path, string device, TourResult result, IReadOnlyList<Figure> figures)
    {
        var page = new ReportPage(
            "Native: tour",
            "A graph network learns handwritten digits, and models are inferred",
            string.Create(CultureInfo.InvariantCulture, $"{device} The whole tour took {result.Seconds:F1} seconds."));
        WriteDigits(page, result.Digits);
        page.Append($"<h2>Figures</h2>\n");
        foreach (var figure in figures)
        {
            page.Append(figure);
        }

        foreach (var experiment in result.Inference)
        {
            page.Append($"<h2>Inference: {ReportPage.Encode(experiment.Name)}</h2>\n");
            page.Append($"<p>{ReportPage.Encode(Experiments.Named(experiment.Name).Description)}. <code>run {ReportPage.Encode(experiment.Name)}</code> does all of it.</p>\n");
            ExperimentReport.Append(page, experiment);
        }

        WriteSelfCheck(page, result.SelfCheck);
        page.Append($"""
            <p class="note">Data: Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository (1998), CC BY 4.0;
            14 books of the King James Version, public domain.</p>

            """);
        page.Write(path);
    }

    private static void WriteDigits(ReportPage page, DigitsResult digits)
    {
        page.Append($"""
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
            page.Append($"<tr><td>{ReportPage.Encode(name)}</td><td class=\"number\">{method.Mean:F1} ± {method.Spread:F1} %</td><td class=\"number\">{paired}</td></tr>\n");
        }

        page.Append($"""
            </table>
            <p class="note">Differences are taken seed by seed; their ± is the standard error of the mean difference. The graph network averages the pixels over the neighbours twice,
            runs the same perceptron as the baseline (64, 64, 10 units), and lets neighbours' logits agree in ten rounds of propagation.</p>

            """);
    }

    private static void WriteSelfCheck(ReportPage page, SelfCheckResult check)
    {
        page.Append($"""
            <h2>Kernel self-check</h2>
            <p>Every kernel on random data, against the reference device (scalar loops, double accumulation): {(check.Passed ? "all passed" : "<span class=\"failed\">some failed</span>")}.
            The error is the largest difference over the larger of 1 and the largest value.</p>
            <table><tr><th>kernel</th><th>precision</th><th class="number">error</th><th class="number">tolerance</th><th>status</th></tr>

            """);
        foreach (var kernel in check.Checks)
        {
            var error = kernel.Error is { } value ? value.ToString("0.0E+0", CultureInfo.InvariantCulture) : "";
            var mark = kernel.Status == "failed" ? " class=\"failed\"" : "";
            page.Append($"<tr><td>{ReportPage.Encode(kernel.Kernel)}</td><td>{kernel.Precision}</td><td class=\"number\">{error}</td><td class=\"number\">{kernel.Tolerance:0E+0}</td><td{mark}>{kernel.Status}</td></tr>\n");
        }

        page.Append($"</table>\n");
    }
}
