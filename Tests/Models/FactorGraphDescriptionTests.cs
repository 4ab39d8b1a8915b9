using System.Xml.Linq;
using Native.Kernels.Reference;
using Native.Models;

namespace Native.Tests;

/// <summary>The drawings of a factor graph: every variable, factor, edge and box is there, and nothing lies on anything else.</summary>
public sealed class FactorGraphDescriptionTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void TheDrawingsOfAMixtureAreComplete()
    {
        using var device = new ReferenceDevice();
        using var graph = new VariationalGraph<double>(device);
        var weights = graph.Dirichlet("weights", alpha: 1, outcomes: 3);
        var mean = graph.Gaussian("mean", mean: 0, precision: 0.01, plates: 3);
        var precision = graph.Gamma("precision", shape: 1, rate: 1, plates: 3);
        var z = graph.Categorical("z <&\"", weights, plates: 1000);
        graph.Observe(graph.Mixture("x", z, mean, precision), new double[1000]);
        var description = graph.Describe();

        var dot = description.ToDot();
        Assert.Equal(2, Count(dot, "subgraph"));
        Assert.Contains("label=\"× 1,000\"", dot, StringComparison.Ordinal);
        Assert.Contains("label=\"× 3\"", dot, StringComparison.Ordinal);
        Assert.Contains("z <&\\\"\\nCategorical, 3", dot, StringComparison.Ordinal);
        Assert.Equal(5, Count(dot, "shape=ellipse"));
        Assert.Equal(1, Count(dot, "#d5d9e0"));
        Assert.Equal(description.Factors.Count, Count(dot, "shape=square"));
        Assert.Equal(description.Factors.Sum(factor => factor.Variables.Count), Count(dot, " -- "));
        Assert.Equal(Count(dot, "{"), Count(dot, "}"));

        var picture = XDocument.Parse(description.ToSvg()).Root!;
        Assert.Equal(5, picture.Elements(Svg + "ellipse").Count());
        Assert.Equal(description.Factors.Sum(factor => factor.Variables.Count), picture.Elements(Svg + "line").Count() + picture.Elements(Svg + "path").Count());
        Assert.Contains(picture.Elements(Svg + "text"), text => text.Value == "z <&\"");
        Assert.Equal(2, picture.Elements(Svg + "rect").Count(rect => rect.Attribute("rx") is not null));
        RequireApart(picture);
    }

    [Fact]
    public void NodesAndBoxesLieApartInAnyGraph()
    {
        // A chain of plates, a variable with two children, factors without parents, without a variable of their own and without any.
        FactorGraphDescription description = new(
            [.. new[] { ("a", 1), ("b", 5), ("c", 7), ("a long name of a variable", 5), ("e", 1), ("f", 7) }.Select(variable => new VariableDescription(variable.Item1, "Gaussian", 2, variable.Item2, false))],
            [
                new FactorDescription("a", "prior", 1, ["a"]),
                new FactorDescription("b", "Gaussian", 5, ["b", "a"]),
                new FactorDescription("c", "Gaussian", 7, ["c", "b", "a"]),
                new FactorDescription("a long name of a variable", "Gaussian", 5, ["a long name of a variable", "a"]),
                new FactorDescription("e", "prior", 1, ["e"]),
                new FactorDescription("f", "mixture", 7, ["f", "c", "e"]),
                new FactorDescription("a block below a and e", "block", 1, ["a", "e"]),
                new FactorDescription("a whole model", "block", 1, []),
            ]);
        var picture = XDocument.Parse(description.ToSvg()).Root!;
        RequireApart(picture);
        Assert.Equal(14, picture.Elements(Svg + "line").Count() + picture.Elements(Svg + "path").Count());
        Assert.Equal(14, Count(description.ToDot(), " -- "));
        Assert.Contains(picture.Elements(Svg + "text"), text => text.Value == "a whole model");
    }

    private static void RequireApart(XElement picture)
    {
        var nodes = picture.Elements(Svg + "ellipse").Select(ellipse => (
            Left: Number(ellipse, "cx") - Number(ellipse, "rx"), Right: Number(ellipse, "cx") + Number(ellipse, "rx"), Top: Number(ellipse, "cy") - Number(ellipse, "ry"), Bottom: Number(ellipse, "cy") + Number(ellipse, "ry")))
            .Concat(picture.Elements(Svg + "rect").Where(rect => rect.Attribute("rx") is null && rect.Attribute("x") is not null).Select(Bounds)).ToList();
        var boxes = picture.Elements(Svg + "rect").Where(rect => rect.Attribute("rx") is not null).Select(Bounds).ToList();
        RequireDisjoint(nodes);
        RequireDisjoint(boxes);
        Assert.All(nodes, node => Assert.All(boxes, box => Assert.True(IsDisjoint(node, box) || (node.Left > box.Left && node.Right < box.Right && node.Top > box.Top && node.Bottom < box.Bottom), $"{node} {box}")));
        var (width, height) = (Number(picture, "width"), Number(picture, "height"));
        Assert.All(nodes.Concat(boxes), node => Assert.True(node.Left >= 0 && node.Top >= 0 && node.Right <= width && node.Bottom <= height, $"{node}"));
    }

    private static void RequireDisjoint(List<(double Left, double Right, double Top, double Bottom)> areas)
    {
        for (var i = 0; i < areas.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.True(IsDisjoint(areas[i], areas[j]), $"{areas[i]} {areas[j]}");
            }
        }
    }

    private static bool IsDisjoint((double Left, double Right, double Top, double Bottom) a, (double Left, double Right, double Top, double Bottom) b) =>
        a.Right <= b.Left || b.Right <= a.Left || a.Bottom <= b.Top || b.Bottom <= a.Top;

    private static (double Left, double Right, double Top, double Bottom) Bounds(XElement rect) =>
        (Number(rect, "x"), Number(rect, "x") + Number(rect, "width"), Number(rect, "y"), Number(rect, "y") + Number(rect, "height"));

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, System.Globalization.CultureInfo.InvariantCulture);

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
