using System.Globalization;
using ScottPlot;

namespace Native.Bench;

/// <summary>Draws the figures of the tour's report.</summary>
internal static class TourFigures
{
    private const int Width = 760;
    private const int Height = 440;
    private const int TilesPerRow = 12;
    private const int Gap = 4;

    /// <summary>Draws all figures into a folder.</summary>
    public static IReadOnlyList<Figure> Draw(string folder, Digits digits, DigitsOutcome outcome)
    {
        return
        [
            Accuracies(Path.Combine(folder, "accuracies.png"), outcome.Result),
            Losses(Path.Combine(folder, "loss.png"), outcome.Curves),
            AccuracyCurves(Path.Combine(folder, "accuracy.png"), outcome.Curves),
            Confusion(Path.Combine(folder, "confusion.png"), outcome.Confusion),
            Misclassified(Path.Combine(folder, "misclassified.png"), digits, outcome.Misclassified),
        ];
    }

    private static Figure Accuracies(string path, DigitsResult result)
    {
        using var plot = new Plot();
        for (var method = 0; method < result.Methods.Count; method++)
        {
            var (name, accuracy) = result.Methods[method];
            double[] seeds = [.. Enumerable.Range(0, accuracy.Seeds.Count)];
            var points = plot.Add.Scatter(seeds, accuracy.Seeds.ToArray(), Figure.Colors[method]);
            points.LegendText = string.Create(CultureInfo.InvariantCulture, $"{name}: {accuracy.Mean:F1} ± {accuracy.Spread:F1} %");
            points.LineWidth = 0;
            points.MarkerSize = 9;
            plot.Add.HorizontalLine(accuracy.Mean, 1, Figure.Colors[method], LinePattern.Dashed);
        }

        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericFixedInterval(1);
        Figure.Label(plot, "Test accuracy of each seed", "seed", "accuracy in percent");
        plot.Axes.Margins(0.05, 0.15);
        plot.ShowLegend(Edge.Bottom);
        return Figure.Save(plot, path, Width, Height, "Test accuracy of the three methods for each seed (the same labelled images for all three), with the means dashed.");
    }

    private static Figure Losses(string path, IReadOnlyList<LearningCurve> curves)
    {
        using var plot = new Plot();
        for (var i = 0; i < curves.Count; i++)
        {
            AddLine(plot, curves[i].TrainLoss, Figure.Colors[i], LinePattern.Solid, $"{curves[i].Name}, training");
            AddLine(plot, curves[i].ValidationLoss, Figure.Colors[i], LinePattern.Dotted, $"{curves[i].Name}, selecting");
            plot.Add.VerticalLine(curves[i].BestEpoch, 1, Figure.Colors[i].WithAlpha(0.5), LinePattern.Dashed);
        }

        Figure.Label(plot, "Loss", "epoch", "mean cross-entropy in nats");
        plot.ShowLegend(Alignment.UpperRight);
        return Figure.Save(plot, path, Width, Height, "Mean cross-entropy of the training labels and of the labels that select, first seed. Dashed: the epoch that was kept.");
    }

    private static Figure AccuracyCurves(string path, IReadOnlyList<LearningCurve> curves)
    {
        using var plot = new Plot();
        for (var i = 0; i < curves.Count; i++)
        {
            AddLine(plot, curves[i].TestAccuracy, Figure.Colors[i], LinePattern.Solid, curves[i].Name);
            plot.Add.VerticalLine(curves[i].BestEpoch, 1, Figure.Colors[i].WithAlpha(0.5), LinePattern.Dashed);
        }

        Figure.Label(plot, "Test accuracy while learning", "epoch", "accuracy in percent");
        plot.ShowLegend(Alignment.LowerRight);
        return Figure.Save(plot, path, Width, Height, "Accuracy on the test images after each epoch, first seed: drawn for the reader, never used to select. Dashed: the epoch that was kept.");
    }

    private static Figure Confusion(string path, int[,] confusion)
    {
        using var plot = new Plot();
        var fractions = new double[Digits.Classes, Digits.Classes];
        for (var row = 0; row < Digits.Classes; row++)
        {
            var total = 0.0;
            for (var column = 0; column < Digits.Classes; column++)
            {
                total += confusion[row, column];
            }

            for (var column = 0; column < Digits.Classes; column++)
            {
                // Row 0 of a heat map is the top one; its centre has the largest y.
                fractions[row, column] = total > 0 ? confusion[row, column] / total : 0;
                var text = plot.Add.Text((100 * fractions[row, column]).ToString("0.#", CultureInfo.InvariantCulture), column, Digits.Classes - 1 - row);
                text.Alignment = Alignment.MiddleCenter;
                text.LabelFontColor = fractions[row, column] > 0.5 ? ScottPlot.Colors.White : ScottPlot.Colors.Black;
                text.LabelFontSize = 12;
                if (confusion[row, column] == 0)
                {
                    text.IsVisible = false;
                }
            }
        }

        var map = plot.Add.Heatmap(fractions);
        map.Colormap = new ScottPlot.Colormaps.CustomInterpolated([ScottPlot.Colors.White, Figure.Colors[0]]);
        map.ManualRange = new ScottPlot.Range(0, 1);
        plot.MoveToBack(map);
        double[] positions = [.. Enumerable.Range(0, Digits.Classes)];
        string[] labels = [.. Enumerable.Range(0, Digits.Classes).Select(digit => digit.ToString(CultureInfo.InvariantCulture))];
        plot.Axes.Bottom.SetTicks(positions, labels);
        plot.Axes.Left.SetTicks(positions, [.. labels.Reverse()]);
        Figure.Label(plot, "Confusion of the graph network", "prediction", "digit");
        plot.HideGrid();
        plot.Axes.SetLimits(-0.5, 9.5, -0.5, 9.5);
        return Figure.Save(plot, path, 560, 560, "What the graph network predicts for each digit, in percent of the digit's test images, all seeds together.");
    }

    private static Figure Misclassified(string path, Digits digits, IReadOnlyList<(int Image, int Digit, int Prediction)> misclassified)
    {
        using var plot = new Plot();
        const int cell = Digits.Side + Gap;
        var rows = Math.Max(1, (misclassified.Count + TilesPerRow - 1) / TilesPerRow);
        var pixels = new double[rows * cell, TilesPerRow * cell];
        for (var tile = 0; tile < misclassified.Count; tile++)
        {
            var (image, digit, prediction) = misclassified[tile];
            var top = tile / TilesPerRow * cell + Gap;
            var left = tile % TilesPerRow * cell;
            for (var pixel = 0; pixel < Digits.Pixels; pixel++)
            {
                pixels[top + pixel / Digits.Side, left + pixel % Digits.Side] = digits.Features[image * Digits.Pixels + pixel];
            }

            var text = plot.Add.Text($"{digit} as {prediction}", left + Digits.Side / 2.0 - 0.5, rows * cell - 1 - top + 2.2);
            text.Alignment = Alignment.MiddleCenter;
            text.LabelFontSize = 12;
        }

        var map = plot.Add.Heatmap(pixels);
        map.Colormap = new ScottPlot.Colormaps.CustomInterpolated([ScottPlot.Colors.White, ScottPlot.Colors.Black]);
        map.ManualRange = new ScottPlot.Range(0, 1);
        plot.MoveToBack(map);
        plot.HideGrid();
        plot.Axes.Frameless();
        plot.Axes.SetLimits(-Gap, TilesPerRow * cell - 0.5, -1, rows * cell - 0.5);
        const int scale = 6;
        return Figure.Save(
            plot,
            path,
            (TilesPerRow * cell + Gap) * scale,
            Math.Max(60, (rows * cell + 1) * scale),
            $"All {misclassified.Count} test images of the first seed that the graph network got wrong: the digit, and what it was taken for.");
    }

    private static void AddLine(Plot plot, double[] values, Color color, LinePattern pattern, string name)
    {
        double[] epochs = [.. Enumerable.Range(0, values.Length)];
        var line = plot.Add.ScatterLine(epochs, values, color);
        line.LinePattern = pattern;
        line.LineWidth = 2;
        line.LegendText = name;
    }
}
