using System.Globalization;
using System.Text;

namespace Native.Models;

/// <summary>Writes a factor graph as DOT text for Graphviz.</summary>
internal static class FactorGraphDot
{
    public static string Write(FactorGraphDescription graph)
    {
        var plates = new FactorGraphPlates(graph);
        var text = new StringBuilder();
        text.Append("graph {\n  node [fontname=\"sans-serif\", fontsize=12];\n  graph [fontname=\"sans-serif\", fontsize=11];\n");
        for (var box = 0; box < plates.Boxes.Length; box++)
        {
            var nodes = plates.Boxes[box];
            var isDrawn = plates.Plates(nodes[0]) > 1;
            if (isDrawn)
            {
                text.Append(CultureInfo.InvariantCulture, $"  subgraph cluster_{box} {{\n    label=\"× {plates.Plates(nodes[0]):N0}\"; labelloc=b; labeljust=r; style=rounded;\n");
            }

            foreach (var node in nodes)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(isDrawn ? "    " : "  ")}{Node(plates, node)}\n");
            }

            text.Append(isDrawn ? "  }\n" : "");
        }

        for (var factor = 0; factor < plates.Neighbours.Length; factor++)
        {
            // Parents above the factor, what it generates below it.
            foreach (var parent in plates.Parents(factor))
            {
                text.Append(CultureInfo.InvariantCulture, $"  v{parent} -- f{factor};\n");
            }

            if (plates.Generates(factor))
            {
                text.Append(CultureInfo.InvariantCulture, $"  f{factor} -- v{plates.Neighbours[factor][0]};\n");
            }
        }

        return text.Append("}\n").ToString();
    }

    private static string Node(FactorGraphPlates plates, int node)
    {
        if (node >= plates.VariableCount)
        {
            var factor = node - plates.VariableCount;
            return $"f{factor} [shape=square, style=filled, fillcolor=black, label=\"\", width=0.15, xlabel=\"{Escape(plates.Label(factor))}\"];";
        }

        var variable = plates.Graph.Variables[node];
        return $"v{node} [shape=ellipse, label=\"{Escape(variable.Name)}\\n{Escape(plates.Family(node))}\"{(variable.IsObserved ? ", style=filled, fillcolor=\"#d5d9e0\"" : "")}];";
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
