using System.Numerics;
using System.Text;

namespace Native.Bench;

/// <summary>A small ONNX model with the arrays it reads and the one it writes, built without any ONNX library.</summary>
/// <remarks>Field numbers are those of <c>onnx.proto3</c>.</remarks>
internal sealed class OnnxGraph
{
    private const int IrVersion = 8;
    private const int OperatorSet = 18;

    private readonly List<byte[]> _nodes = [];
    private readonly List<OnnxArray> _inputs = [];

    /// <summary>An array the model reads or writes.</summary>
    /// <param name="Name">Name of the value.</param>
    /// <param name="Data">The elements.</param>
    /// <param name="Shape">The sizes.</param>
    internal sealed record OnnxArray(string Name, Array Data, long[] Shape);

    /// <summary>What the model reads.</summary>
    public IReadOnlyList<OnnxArray> Inputs => _inputs;

    /// <summary>What the model writes.</summary>
    public OnnxArray? Output { get; private set; }

    /// <summary>Adds an input.</summary>
    public OnnxGraph AddInput<T>(string name, T[] data, params long[] shape)
        where T : unmanaged, INumberBase<T>
    {
        _inputs.Add(new OnnxArray(name, data, shape));
        return this;
    }

    /// <summary>Adds an operator with integer or text attributes.</summary>
    public OnnxGraph AddNode(string operation, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        var node = new MemoryStream();
        foreach (var input in inputs)
        {
            WriteText(node, 1, input);
        }

        WriteText(node, 2, output);
        WriteText(node, 4, operation);
        foreach (var (name, value) in attributes)
        {
            var attribute = new MemoryStream();
            WriteText(attribute, 1, name);
            if (value is string text)
            {
                WriteText(attribute, 4, text);
                WriteNumber(attribute, 20, 3);
            }
            else
            {
                WriteNumber(attribute, 3, (ulong)(int)value);
                WriteNumber(attribute, 20, 2);
            }

            WriteBytes(node, 5, attribute.ToArray());
        }

        _nodes.Add(node.ToArray());
        return this;
    }

    /// <summary>Names the result and the array that receives it.</summary>
    public OnnxGraph SetOutput<T>(string name, T[] data, params long[] shape)
        where T : unmanaged, INumberBase<T>
    {
        Output = new OnnxArray(name, data, shape);
        return this;
    }

    /// <summary>The model as a file would hold it.</summary>
    public byte[] Encode()
    {
        var graph = new MemoryStream();
        foreach (var node in _nodes)
        {
            WriteBytes(graph, 1, node);
        }

        WriteText(graph, 2, "peer");
        foreach (var input in _inputs)
        {
            WriteBytes(graph, 11, EncodeValue(input));
        }

        WriteBytes(graph, 12, EncodeValue(Output ?? throw new InvalidOperationException("The graph has no output.")));

        var operatorSet = new MemoryStream();
        WriteText(operatorSet, 1, "");
        WriteNumber(operatorSet, 2, OperatorSet);

        var model = new MemoryStream();
        WriteNumber(model, 1, IrVersion);
        WriteBytes(model, 8, operatorSet.ToArray());
        WriteBytes(model, 7, graph.ToArray());
        return model.ToArray();
    }

    private static byte[] EncodeValue(OnnxArray array)
    {
        var shape = new MemoryStream();
        foreach (var size in array.Shape)
        {
            var dimension = new MemoryStream();
            WriteNumber(dimension, 1, (ulong)size);
            WriteBytes(shape, 1, dimension.ToArray());
        }

        var tensor = new MemoryStream();
        WriteNumber(tensor, 1, array.Data switch
        {
            float[] => 1,
            int[] => 6,
            long[] => 7,
            double[] => 11,
            _ => throw new NotSupportedException($"{array.Name}: expected float, double, int or long, but got {array.Data.GetType()}."),
        });
        WriteBytes(tensor, 2, shape.ToArray());

        var type = new MemoryStream();
        WriteBytes(type, 1, tensor.ToArray());

        var value = new MemoryStream();
        WriteText(value, 1, array.Name);
        WriteBytes(value, 2, type.ToArray());
        return value.ToArray();
    }

    private static void WriteText(MemoryStream stream, int field, string text) => WriteBytes(stream, field, Encoding.UTF8.GetBytes(text));

    private static void WriteBytes(MemoryStream stream, int field, byte[] bytes)
    {
        WriteVariable(stream, ((ulong)field << 3) | 2);
        WriteVariable(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteNumber(MemoryStream stream, int field, ulong number)
    {
        WriteVariable(stream, (ulong)field << 3);
        WriteVariable(stream, number);
    }

    private static void WriteVariable(MemoryStream stream, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
        {
            stream.WriteByte((byte)(number | 0x80));
        }

        stream.WriteByte((byte)number);
    }
}
