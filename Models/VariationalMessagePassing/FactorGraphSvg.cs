using System.Globalization;
using System.Net;
using System.Text;

namespace Native.Models;

/// <summary>
/// Draws a factor graph as an SVG picture. Nodes stand in layers, every factor between its parents and the variable that it generates; within a box, a layer is ordered by the mean place
/// of the neighbours (Sugiyama, Tagawa and Toda 1981); boxes are put side by side where they have layers in common.
/// </summary>
internal sealed class FactorGraphSvg
{
    private const double Padding = 14;
    private const double Gap = 26;
    private const double VariableHeight = 22;
    private const double FactorSide = 12;
    private const double LabelHeight = 16;

    // From a factor to the variable below it, and from there to the next factor: with room for the ends of two boxes.
    private const double BelowFactor = 58;
    private const double BelowVariable = 92;

    // Small labels stay readable where a line passes.
    private const string Halo = "paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"4\"";

    private readonly FactorGraphPlates _plates;
    private readonly int[] _layer;
    private readonly double[] _x;
    private readonly Box[] _boxes;

    private FactorGraphSvg(FactorGraphDescription graph)
    {
        _plates = new FactorGraphPlates(graph);
        _x = new double[_plates.Count];
        _layer = Layers();
        _boxes = [.. _plates.Boxes.Select(nodes => new Box(nodes, nodes.Min(node => _layer[node]), nodes.Max(node => _layer[node])))];
        foreach (var box in _boxes.OrderBy(box => box.Top))
        {
            Arrange(box);
        }

        Place();
    }

    public static string Write(FactorGraphDescription graph) => new FactorGraphSvg(graph).Write();

    /// <summary>A variable stands two layers below its lowest parent, and the factor that generates it between them; one that generates none stands below its variables.</summary>
    private int[] Layers()
    {
        var layer = new int[_plates.Count];
        Array.Fill(layer, 1, 0, _plates.VariableCount);
        for (var factor = 0; factor < _plates.Neighbours.Length; factor++)
        {
            var lowest = -1;
            foreach (var parent in _plates.Parents(factor))
            {
                lowest = Math.Max(lowest, layer[parent]);
            }

            if (_plates.Generates(factor))
            {
                var child = _plates.Neighbours[factor][0];
                layer[child] = Math.Max(layer[child], lowest + 2);
            }

            layer[_plates.VariableCount + factor] = lowest + 1;
        }

        return layer;
    }

    /// <summary>The nodes of a box side by side in their layers, around 0; all with as much room, so that equal numbers stand one below the other.</summary>
    private void Arrange(Box box)
    {
        var room = box.Nodes.Max(node => 2 * HalfWidth(node)) + Gap;
        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var layer in box.Nodes.GroupBy(node => _layer[node]).OrderBy(layer => layer.Key))
            {
                int[] order = [.. layer.OrderBy(node => pass == 0 ? node : MeanPlace(node, box))];
                for (var i = 0; i < order.Length; i++)
                {
                    _x[order[i]] = (i - 0.5 * (order.Length - 1)) * room;
                }
            }
        }

        box.HalfWidth = box.Nodes.Max(node => Math.Abs(_x[node]) + HalfWidth(node)) + Padding;
    }

    private double MeanPlace(int node, Box box)
    {
        var near = NeighboursOf(node).Where(box.Nodes.Contains).ToList();
        return near.Count == 0 ? _x[node] : near.Average(neighbour => _x[neighbour]);
    }

    private IEnumerable<int> NeighboursOf(int node) => node >= _plates.VariableCount
        ? _plates.Neighbours[node - _plates.VariableCount]
        : Enumerable.Range(0, _plates.Neighbours.Length).Where(factor => _plates.Neighbours[factor].Contains(node)).Select(factor => _plates.VariableCount + factor);

    /// <summary>Each box as near as possible below the boxes it is joined to, and beside those in the same layers.</summary>
    private void Place()
    {
        var placed = new List<Box>();
        foreach (var box in _boxes.OrderBy(box => box.Top))
        {
            var joined = placed.Where(other => box.Nodes.Any(node => NeighboursOf(node).Any(other.Nodes.Contains))).ToList();
            var rivals = placed.Where(other => other.Top <= box.Bottom && box.Top <= other.Bottom).ToList();
            var wanted = joined.Count > 0 ? joined.Average(other => other.X) : rivals.Select(other => other.X + other.HalfWidth + Gap + box.HalfWidth).DefaultIfEmpty(0).Max();
            IEnumerable<double> candidates = [wanted, .. rivals.SelectMany(other => (double[])[other.X - other.HalfWidth - Gap - box.HalfWidth, other.X + other.HalfWidth + Gap + box.HalfWidth])];
            box.X = candidates.Where(x => rivals.TrueForAll(other => Math.Abs(x - other.X) >= box.HalfWidth + other.HalfWidth + Gap - 1e-6)).MinBy(x => Math.Abs(x - wanted));
            placed.Add(box);
        }

        var left = _boxes.Select(box => box.X - box.HalfWidth).DefaultIfEmpty(0).Min() - Padding;
        foreach (var box in _boxes)
        {
            box.X -= left;
            foreach (var node in box.Nodes)
            {
                _x[node] += box.X;
            }
        }
    }

    private string Write()
    {
        var width = _boxes.Select(box => box.X + box.HalfWidth).DefaultIfEmpty(0).Max() + Padding;
        var height = Y(_boxes.Select(box => box.Bottom).DefaultIfEmpty(0).Max()) + VariableHeight + 2 * Padding + LabelHeight;
        StringBuilder svg = new(), labels = new();
        Append($"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width:F0}" height="{height:F0}" viewBox="0 0 {width:F0} {height:F0}" font-family="sans-serif" text-anchor="middle">
            <rect width="100%" height="100%" fill="#ffffff"/>

            """);
        foreach (var box in _boxes.Where(box => _plates.Plates(box.Nodes[0]) > 1))
        {
            double top = Y(box.Top) - VariableHeight - Padding + (box.Top % 2 == 0 ? VariableHeight - FactorSide : 0), bottom = Y(box.Bottom) + VariableHeight + Padding + LabelHeight - 6;
            Append($"<rect x=\"{box.X - box.HalfWidth:F1}\" y=\"{top:F1}\" width=\"{2 * box.HalfWidth:F1}\" height=\"{bottom - top:F1}\" rx=\"8\" fill=\"none\" stroke=\"#8a94a3\"/>\n");
            labels.Append(CultureInfo.InvariantCulture, $"<text x=\"{box.X + box.HalfWidth - 8:F1}\" y=\"{bottom - 6:F1}\" font-size=\"11\" fill=\"#55606f\" text-anchor=\"end\" {Halo}>× {_plates.Plates(box.Nodes[0]):N0}</text>\n");
        }

        for (var factor = 0; factor < _plates.Neighbours.Length; factor++)
        {
            foreach (var variable in _plates.Neighbours[factor])
            {
                var node = _plates.VariableCount + factor;
                if (_layer[node] - _layer[variable] > 1)
                {
                    // Down beside the nodes in between, and from there to the factor.
                    double x = Way(variable, node), from = Y(_layer[variable]), down = Y(_layer[variable] + 1) - 0.5 * FactorSide, to = Y(_layer[node]), near = to - 0.5 * BelowVariable;
                    Append($"<path d=\"M {_x[variable]:F1} {from:F1} C {_x[variable]:F1} {0.5 * (from + down):F1} {x:F1} {0.5 * (from + down):F1} {x:F1} {down:F1} V {near - 10:F1} Q {x:F1} {near:F1} {_x[node]:F1} {to:F1}\" fill=\"none\" stroke=\"#1d2430\"/>\n");
                    continue;
                }

                Append($"<line x1=\"{_x[node]:F1}\" y1=\"{Y(_layer[node]):F1}\" x2=\"{_x[variable]:F1}\" y2=\"{Y(_layer[variable]):F1}\" stroke=\"#1d2430\"/>\n");
            }
        }

        svg.Append(labels);
        for (var node = 0; node < _plates.Count; node++)
        {
            var (x, y) = (_x[node], Y(_layer[node]));
            if (node >= _plates.VariableCount)
            {
                Append($"<rect x=\"{x - FactorSide / 2:F1}\" y=\"{y - FactorSide / 2:F1}\" width=\"{FactorSide}\" height=\"{FactorSide}\" fill=\"#1d2430\"/>\n");
                Append($"<text x=\"{x + FactorSide / 2 + 5:F1}\" y=\"{y + 4:F1}\" font-size=\"10\" fill=\"#55606f\" text-anchor=\"start\" {Halo}>{Encode(_plates.Label(node - _plates.VariableCount))}</text>\n");
                continue;
            }

            var variable = _plates.Graph.Variables[node];
            Append($"<ellipse cx=\"{x:F1}\" cy=\"{y:F1}\" rx=\"{HalfWidth(node):F1}\" ry=\"{VariableHeight}\" fill=\"{(variable.IsObserved ? "#d5d9e0" : "#ffffff")}\" stroke=\"#1d2430\"/>\n");
            Append($"<text x=\"{x:F1}\" y=\"{y - 1:F1}\" font-size=\"14\" fill=\"#1d2430\">{Encode(variable.Name)}</text>\n");
            Append($"<text x=\"{x:F1}\" y=\"{y + 12:F1}\" font-size=\"10\" fill=\"#55606f\">{Encode(_plates.Family(node))}</text>\n");
        }

        Append($"</svg>\n");
        return svg.ToString();

        void Append(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Where an edge passes the nodes in the layers that it crosses: as near below its variable as it can.</summary>
    private double Way(int variable, int factor)
    {
        int[] between = [.. Enumerable.Range(0, _plates.Count).Where(node => _layer[node] > _layer[variable] && _layer[node] < _layer[factor])];
        IEnumerable<double> candidates = [_x[variable], .. between.SelectMany(node => (double[])[_x[node] - HalfWidth(node) - 0.5 * Gap, _x[node] + HalfWidth(node) + 0.5 * Gap])];
        return candidates.Where(x => Array.TrueForAll(between, node => Math.Abs(x - _x[node]) > HalfWidth(node) + 0.25 * Gap)).MinBy(x => Math.Abs(x - _x[variable]));
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static double Y(int layer) => Padding + VariableHeight + layer / 2 * (BelowFactor + BelowVariable) + layer % 2 * BelowFactor;

    /// <summary>Half the width of a node, estimated: fonts differ from system to system.</summary>
    private double HalfWidth(int node) => node < _plates.VariableCount
        ? Math.Max(28, 10 + Math.Max(4.2 * _plates.Graph.Variables[node].Name.Length, 2.9 * _plates.Family(node).Length))
        : FactorSide / 2 + 5 + 5.6 * _plates.Label(node - _plates.VariableCount).Length;

    private sealed class Box(int[] nodes, int top, int bottom)
    {
        public int[] Nodes { get; } = nodes;

        public int Top { get; } = top;

        public int Bottom { get; } = bottom;

        public double HalfWidth { get; set; }

        public double X { get; set; }
    }
}
