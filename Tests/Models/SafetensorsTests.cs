using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Native.Models;

namespace Native.Tests;

public class SafetensorsTests
{
    private const string OneTensor = """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    [Fact]
    public void ReadsAHandMadeFile()
    {
        // 1.0f and -2.5f; 1 and -2 as I64; then a scalar, an empty tensor, half and bfloat16 1.5.
        var header = """
            {"__metadata__":{"format":"pt","k\u00e9y":"väl\"ue"},
             "w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},
             "index":{"shape":[2],"data_offsets":[8,24],"dtype":"I64"},
             "scalar":{"dtype":"F64","shape":[],"data_offsets":[24,32]},
             "empty":{"dtype":"I32","shape":[3,0],"data_offsets":[32,32]},
             "half":{"dtype":"F16","shape":[1],"data_offsets":[32,34]},
             "brain":{"dtype":"BF16","shape":[1],"data_offsets":[34,36]}}
            """;
        byte[] data =
        [
            0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0,
            1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0, 0, 0, 0, 0, 0, 0xF8, 0x3F,
            0x00, 0x3E,
            0xC0, 0x3F,
        ];

        foreach (var file in LoadEveryWay(Bytes(header, data)))
        {
            Assert.Equal(["w", "index", "scalar", "empty", "half", "brain"], file.Tensors.Select(tensor => tensor.Name));
            Assert.Equal(new Dictionary<string, string> { ["format"] = "pt", ["kéy"] = "väl\"ue" }, file.Metadata);
            Assert.Equal([1, 2], file["w"].Shape);
            Assert.Equal([1f, -2.5f], file["w"].Read<float>());
            Assert.Equal([1.0, -2.5], file["w"].Read<double>());
            Assert.Equal([1L, -2L], file["index"].Read<long>());
            Assert.Equal([1, -2], file["index"].Read<int>());
            Assert.Equal(0, file["scalar"].Shape.Length);
            Assert.Equal([1.5], file["scalar"].Read<double>());
            Assert.Equal([3, 0], file["empty"].Shape);
            Assert.Empty(file["empty"].Read<int>());
            Assert.Equal([1.5f], file["half"].Read<float>());
            Assert.Equal([1.5], file["half"].Read<double>());
            Assert.Equal([1.5f], file["brain"].Read<float>());
            Assert.Equal([1.5], file["brain"].Read<double>());
            Assert.Equal(SafetensorsDataType.BF16, file["brain"].DataType);
            Assert.Equal(data.AsSpan(34), file["brain"].Data);
        }
    }

    [Fact]
    public void ReadsDataThatTheHeaderListsInAnotherOrder()
    {
        var header = """{"b":{"dtype":"I32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}""";
        foreach (var file in LoadEveryWay(Bytes(header, [1, 0, 0, 0, 2, 0, 0, 0])))
        {
            Assert.Equal([2], file["b"].Read<int>());
            Assert.Equal([1], file["a"].Read<int>());
        }
    }

    [Fact]
    public void WritesTheBytesOfTheFormat()
    {
        var writer = new SafetensorsWriter();
        writer.Add("b", [2], [1f, 2f]);
        writer.Add("a", [], [3f]);
        writer.Add("é<", [1], [4L]);
        writer.AddMetadata("y", "2");
        writer.AddMetadata("x", "1");

        var header = """{"__metadata__":{"x":"1","y":"2"},"é<":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""";
        var padding = (8 - (Encoding.UTF8.GetByteCount(header) % 8)) % 8;
        Assert.NotEqual(0, padding);
        Assert.Equal(
            Bytes(header + new string(' ', padding), [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]),
            Bytes(writer));
    }

    [Fact]
    public void AnEmptyFileRoundTrips()
    {
        var file = Load(Bytes(new SafetensorsWriter()));
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void EveryTypeRoundTripsAndTheOrderOfAddingDoesNotMatter()
    {
        var generator = Gen.Select(Gen.Float.Array, Gen.Double.Array, Gen.Int.Array, Gen.Long.Array, Gen.String);
        generator.Sample((floats, doubles, ints, longs, text) =>
        {
            text = string.Concat(text.Where(character => !char.IsSurrogate(character)));
            void Floats(SafetensorsWriter writer) => writer.Add("f" + text, [floats.Length], floats);
            void Doubles(SafetensorsWriter writer) => writer.Add("d", [1, doubles.Length, 1], doubles);
            void Ints(SafetensorsWriter writer) => writer.Add("i", [ints.Length], ints);
            void Longs(SafetensorsWriter writer) => writer.Add("l", [longs.Length], longs);
            void Metadata(SafetensorsWriter writer) => writer.AddMetadata(text, text);

            var bytes = Write(Floats, Doubles, Ints, Longs, Metadata);
            Assert.Equal(bytes, Write(Metadata, Longs, Ints, Doubles, Floats));

            var file = Load(bytes);
            Assert.Equal(floats.Select(BitConverter.SingleToInt32Bits), file["f" + text].Read<float>().Select(BitConverter.SingleToInt32Bits));
            Assert.Equal(doubles.Select(BitConverter.DoubleToInt64Bits), file["d"].Read<double>().Select(BitConverter.DoubleToInt64Bits));
            Assert.Equal(ints, file["i"].Read<int>());
            Assert.Equal(ints.Select(value => (long)value), file["i"].Read<long>());
            Assert.Equal(longs, file["l"].Read<long>());
            Assert.Equal(text, file.Metadata[text]);
        }, iter: 300);
    }

    [Fact]
    public void EveryHalfAndEveryBFloat16RoundTrips()
    {
        var bits = Enumerable.Range(0, 1 << 16).Select(value => (ushort)value).ToArray();
        var data = new byte[bits.Length * 2];
        Buffer.BlockCopy(bits, 0, data, 0, data.Length);
        foreach (var type in new[] { SafetensorsDataType.F16, SafetensorsDataType.BF16 })
        {
            var tensor = Load(Bytes($$$"""{"x":{"dtype":"{{{type}}}","shape":[65536],"data_offsets":[0,131072]}}""", data))["x"];
            var floats = tensor.Read<float>();
            var doubles = tensor.Read<double>();
            var fromFloats = Load(Write(writer => writer.Add("x", [65536], floats, type)))["x"];
            var fromDoubles = Load(Write(writer => writer.Add("x", [65536], doubles, type)))["x"];
            for (var i = 0; i < bits.Length; i++)
            {
                var expected = type == SafetensorsDataType.F16
                    ? (float)BitConverter.UInt16BitsToHalf(bits[i])
                    : BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
                Assert.Equal(expected, floats[i]);
                Assert.Equal((double)expected, doubles[i]);
            }

            // The payload of a NaN may change, that it is one may not.
            foreach (var back in new[] { fromFloats, fromDoubles })
            {
                Assert.Equal(floats, back.Read<float>());
                var numbers = Enumerable.Range(0, bits.Length).Where(i => !float.IsNaN(floats[i]));
                Assert.All(numbers, i => Assert.Equal(bits[i], BinaryPrimitives.ReadUInt16LittleEndian(back.Data[(2 * i)..])));
            }
        }
    }

    [Fact]
    public void RoundsToTheNearestBFloat16WithTiesToEven()
    {
        // Neighbours a step of 2^-7 apart around 1: below, at and above the tie between 1 and 1 + 2^-7, and the tie above it.
        var step = Math.ScaleB(1, -7);
        double[] values = [1 + step / 2, Math.BitIncrement(1 + step / 2), Math.BitDecrement(1 + 3 * step / 2), 1 + 3 * step / 2, -(1 + step / 2), 1e-45];
        double[] expected = [1, 1 + step, 1 + step, 1 + 2 * step, -1, 0];
        Assert.Equal(expected, Load(Write(writer => writer.Add("x", [6], values, SafetensorsDataType.BF16)))["x"].Read<double>());
    }

    [Fact]
    public void RefusesToReadWhatTheTypeCannotHold()
    {
        var file = Load(Write(
            writer => writer.Add("big", [2], [1.0, 1e300]),
            writer => writer.Add("infinite", [3], [double.PositiveInfinity, double.NegativeInfinity, double.NaN]),
            writer => writer.Add("long", [2], [-1L, 1L << 31]),
            writer => writer.Add("float", [1], [1f])));

        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity, float.NaN], file["infinite"].Read<float>());
        AssertRefused(["big", "element 1", "1E+300", "Single"], () => file["big"].Read<float>());
        AssertRefused(["long", "element 1", "2147483648", "Int32"], () => file["long"].Read<int>());
        AssertRefused(["long", "F32", "I64"], () => file["long"].Read<float>());
        AssertRefused(["float", "I32 or I64", "F32"], () => file["float"].Read<long>());
        AssertRefused(["'absent'", "4 tensors"], () => file["absent"].Read<long>());
        Assert.Throws<NotSupportedException>(() => file["float"].Read<decimal>());
        Assert.Contains("2", Assert.Throws<ArgumentException>("destination", () => file["long"].Read<long>(new long[3])).Message);
    }

    [Fact]
    public void RefusesToWriteWhatCannotBeReadBack()
    {
        var writer = new SafetensorsWriter();
        writer.Add("x", [1], [1f]);
        writer.AddMetadata("key", "value");
        Assert.Throws<ArgumentException>("name", () => writer.Add("x", [1], [1f]));
        Assert.Throws<ArgumentException>("name", () => writer.Add("__metadata__", [1], [1f]));
        Assert.Throws<ArgumentException>("name", () => writer.Add("a\uD800", [1], [1f]));
        Assert.Throws<ArgumentException>("key", () => writer.AddMetadata("key", "again"));
        Assert.Throws<ArgumentException>("value", () => writer.AddMetadata("other", "\uDC00"));
        Assert.Throws<ArgumentException>("shape", () => writer.Add("y", [2, 3], new float[5]));
        Assert.Throws<ArgumentException>("shape", () => writer.Add("y", [-1], new float[1]));
        Assert.Throws<ArgumentException>("shape", () => writer.Add("y", [0, 1L << 40, 1L << 40], Array.Empty<float>()));
        Assert.Throws<ArgumentException>("shape", () => writer.Add("y", Enumerable.Repeat(1L, 65).ToArray(), new float[1]));
        Assert.Throws<ArgumentException>("dataType", () => writer.Add("y", [1], [1f], SafetensorsDataType.I32));
        Assert.Throws<ArgumentException>("dataType", () => writer.Add("y", [1], [1], SafetensorsDataType.I64));
        Assert.Contains("element 1", Assert.Throws<ArgumentException>("values", () => writer.Add("y", [2], [1.0, 1e5], SafetensorsDataType.F16)).Message);
        Assert.Throws<ArgumentException>("values", () => writer.Add("y", [1], [float.MaxValue], SafetensorsDataType.BF16));
        Assert.Throws<ArgumentException>("values", () => writer.Add("y", [1], [double.MaxValue], SafetensorsDataType.F32));
        Assert.Throws<NotSupportedException>(() => writer.Add("y", [1], [(byte)1]));

        Assert.Equal(["x"], Load(Bytes(writer)).Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void SavesWholeOrNotAtAll()
    {
        var folder = Directory.CreateTempSubdirectory("safetensors");
        try
        {
            var path = Path.Combine(folder.FullName, "x.safetensors");
            new SafetensorsWriter().Save(path);
            var writer = new SafetensorsWriter();
            writer.Add("x", [1], [1f]);
            writer.Save(path);
            Assert.Equal([1f], SafetensorsFile.Load(path)["x"].Read<float>());
            Assert.Equal(path, SafetensorsFile.Load(path).Source);

            // A folder cannot be replaced by a file; what was written beside it is gone again.
            var taken = Directory.CreateDirectory(Path.Combine(folder.FullName, "taken")).FullName;
            Assert.ThrowsAny<Exception>(() => writer.Save(taken));
            Assert.Equal([taken, path], Directory.EnumerateFileSystemEntries(folder.FullName).Order(StringComparer.Ordinal));
            Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Load(path + ".absent"));

            File.WriteAllBytes(path, Bytes(OneTensor, new byte[7]));
            AssertRefused([path, "truncated"], () => SafetensorsFile.Load(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Header, bytes of data, and what the message has to say besides the source.
    public static TheoryData<string, int, string[]> HostileHeaders()
    {
        var data = new TheoryData<string, int, string[]>
        {
            { OneTensor, 7, ["8 bytes", "7", "truncated"] },
            { OneTensor, 0, ["8 bytes", "0", "truncated"] },
            { OneTensor, 9, ["8 bytes", "left over"] },
            { "", 0, ["'{'", "empty"] },
            { " {}", 0, ["'{'", "0x20"] },
            { "\uFEFF{}", 0, ["'{'", "0xEF"] },
            { "[]", 0, ["'{'", "0x5B"] },
            { "{", 0, ["JSON"] },
            { "{}x", 0, ["JSON"] },
            { "{}{}", 0, ["JSON"] },
            { "{} \0", 0, ["JSON"] },
            { "{\"w\":}", 0, ["JSON"] },
            { "{/**/}", 0, ["JSON"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}""", 8, ["JSON"] },
            { new string('[', 100).Insert(0, "{\"w\":"), 0, ["'w'", "object", "array"] },
            { "{\"__metadata__\":{\"a\":" + new string('[', 100), 0, ["'a'", "string", "array"] },
            { """{"w":1}""", 0, ["'w'", "object", "1"] },
            { """{"w":null}""", 0, ["'w'", "object", "null"] },
            { """{"\ud800":1}""", 0, ["Unicode"] },
            { """{"__metadata__":[]}""", 0, ["__metadata__", "object", "array"] },
            { """{"__metadata__":{"a":1}}""", 0, ["__metadata__", "'a'", "string", "1"] },
            { """{"__metadata__":{"a":{}}}""", 0, ["__metadata__", "'a'", "string", "object"] },
            { """{"__metadata__":{"a":"\udc00"}}""", 0, ["Unicode"] },
            { """{"__metadata__":{"a":"1","\u0061":"2"}}""", 0, ["__metadata__", "'a'", "twice"] },
            { """{"__metadata__":{},"__metadata__":{}}""", 0, ["'__metadata__'", "twice"] },
            { """{"w":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},"\u0077":{"dtype":"I32","shape":[1],"data_offsets":[4,8]}}""", 8, ["'w'", "twice"] },
            { """{"w":{"dtype":"F32","shape":[2]}}""", 8, ["'w'", "data_offsets is missing"] },
            { """{"w":{"dtype":"F32","data_offsets":[0,8]}}""", 8, ["'w'", "shape is missing"] },
            { """{"w":{"shape":[2],"data_offsets":[0,8]}}""", 8, ["'w'", "dtype is missing"] },
            { """{"w":{}}""", 0, ["'w'", "missing"] },
            { """{"w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, ["'w'", "dtype is given twice"] },
            { """{"w":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", 8, ["'w'", "shape is given twice"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"data_offsets":[0,8]}}""", 8, ["'w'", "data_offsets is given twice"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"strides":[1]}}""", 8, ["'w'", "'strides'"] },
            { """{"w":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2, ["'w'", "F16, BF16, I32, F32, F64, I64", "F8_E4M3"] },
            { """{"w":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8, ["'w'", "\"f32\""] },
            { """{"w":{"dtype":3,"shape":[2],"data_offsets":[0,8]}}""", 8, ["'w'", "dtype", "got 3"] },
            { """{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, ["'w'", "shape", "array", "got 2"] },
            { """{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, ["'w'", "shape", "got -2"] },
            { """{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8, ["'w'", "shape", "got 2.0"] },
            { """{"w":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, ["'w'", "shape", "got \"2\""] },
            { """{"w":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", 8, ["'w'", "shape", "got an array"] },
            { """{"w":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", 8, ["'w'", "got 9223372036854775808"] },
            { """{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, ["'w'", "exceeds"] },
            { """{"w":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", 0, ["'w'", "exceeds"] },
            { """{"w":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, ["'w'", "exceeds"] },
            { """{"w":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", 0, ["'w'", "exceeds"] },
            { $$$"""{"w":{"dtype":"F32","shape":[{{{string.Join(",", Enumerable.Repeat(1, 65))}}}],"data_offsets":[0,4]}}""", 4, ["'w'", "at most 64"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, ["'w'", "data_offsets", "[0]"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""", 8, ["'w'", "data_offsets", "at most 2"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, ["'w'", "data_offsets", "[8, 0]"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, ["'w'", "data_offsets", "got -8"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, ["'w'", "expected 8 bytes", "[0, 4]"] },
            { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", 8, ["'w'", "expected 4 bytes for F32 [1]", "8 bytes"] },
            { """{"w":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", 8, ["'w'", "expected 16 bytes for F64 [2]", "8 bytes"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}""", 8, ["'w'", "expected 8 bytes", "7 bytes"] },
            { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}}""", 8, ["'w'", "offset 0", "hole"] },
            { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, ["'w'", "offset 0", "got 4", "hole"] },
            { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, ["'w'", "offset 4", "got 8", "hole"] },
            { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, ["'w'", "offset 8", "got 4", "overlapping 'a'"] },
            { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, ["overlapping"] },
            { """{"w":{"dtype":"F32","shape":[268435456],"data_offsets":[0,1073741824]}}""", 8, ["1073741824", "truncated"] },
            { """{"w":{"dtype":"F64","shape":[1073741824],"data_offsets":[0,8589934592]}}""", 8, ["8589934592"] },
            { "{\"\\u001b[31m" + new string('x', 1000) + "\":1}", 0, ["'\uFFFD[31mx"] },
        };
        return data;
    }

    [Theory]
    [MemberData(nameof(HostileHeaders))]
    public void RefusesAHostileHeader(string header, int dataLength, string[] expected)
    {
        AssertRefusedEveryWay(Bytes(header, new byte[dataLength]), expected);
    }

    [Fact]
    public void RefusesHostileBytes()
    {
        AssertRefusedEveryWay([], ["header length", "8 bytes", "got 0", "truncated"]);
        AssertRefusedEveryWay([1, 2, 3], ["header length", "8 bytes", "got 3", "truncated"]);
        AssertRefusedEveryWay([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], ["100000000", "18446744073709551615"]);
        AssertRefusedEveryWay([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0, (byte)'{'], ["100000000", "100000001"]);
        AssertRefusedEveryWay([0x00, 0xE1, 0xF5, 0x05, 0, 0, 0, 0, (byte)'{'], ["100000000", "got 1", "truncated"]);
        AssertRefusedEveryWay([3, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'"', 0xFF], ["UTF-8"]);
        AssertRefusedEveryWay([.. Bytes(OneTensor.Replace("w", "\u00e9")).Select(value => value == 0xA9 ? (byte)0x28 : value)], ["UTF-8"]);
        for (var length = 0; length < OneTensor.Length + 16; length++)
        {
            AssertRefusedEveryWay(Bytes(OneTensor, new byte[8])[..length], ["truncated"]);
        }
    }

    [Fact]
    public void RandomBytesAreRefusedOrRead()
    {
        Gen.Byte.Array[0, 200].Sample(AssertReadOrRefused, iter: 3000);
        Gen.Byte.Array[0, 100].Sample(bytes => AssertReadOrRefused(Bytes("{" + Encoding.Latin1.GetString(bytes), bytes)), iter: 3000);
    }

    [Fact]
    public void MutatedFilesAreRefusedOrRead()
    {
        var valid = Write(
            writer => writer.AddMetadata("format", "pt"),
            writer => writer.Add("layer.weight", [2, 3], [1f, 2f, 3f, 4f, 5f, 6f]),
            writer => writer.Add("layer.bias", [2], [1.0, 2.0]),
            writer => writer.Add("index", [3], [1L, 2L, 3L]),
            writer => writer.Add("small", [1], [1f], SafetensorsDataType.BF16),
            writer => writer.Add("empty", [0, 4], Array.Empty<int>()));

        // Digits and punctuation of the header are the mutations that reach furthest, so half of the new bytes are such.
        var anyByte = Gen.OneOf(Gen.Byte, Gen.OneOf("0123456789-,:[]{}\"eFI\\ "u8.ToArray()));
        var change = Gen.Select(Gen.Int[0, 2], Gen.Int[0, valid.Length - 1], anyByte);
        change.Array[1, 4].Sample(changes =>
        {
            var bytes = new List<byte>(valid);
            foreach (var (kind, position, value) in changes)
            {
                var index = Math.Min(position, bytes.Count - 1);
                switch (kind)
                {
                    case 0:
                        bytes[index] = value;
                        break;
                    case 1:
                        bytes.RemoveAt(index);
                        break;
                    default:
                        bytes.Insert(index, value);
                        break;
                }
            }

            // A header that changed its length is still looked at if the prefix says so.
            var lengthChange = bytes.Count - valid.Length;
            AssertReadOrRefused([.. bytes]);
            bytes[0] = (byte)(valid[0] + lengthChange);
            AssertReadOrRefused([.. bytes]);
        }, iter: 6_000);
    }

    [Fact]
    public void EveryReferenceCaseLoads()
    {
        var paths = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Cases"), "*.safetensors", SearchOption.AllDirectories);
        Assert.True(paths.Length >= 100, $"Only {paths.Length} reference cases were found beside the tests.");
        foreach (var path in paths)
        {
            var file = SafetensorsFile.Load(path);
            Assert.Equal("native-case/1", file.Metadata["format"]);
            Assert.NotEmpty(file.Tensors);
            foreach (var tensor in file.Tensors)
            {
                var count = tensor.DataType == SafetensorsDataType.I64 ? tensor.Read<long>().Length : tensor.Read<double>().Length;
                Assert.Equal(tensor.ElementCount, count);
            }
        }
    }

    private static byte[] Bytes(string header, params byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }

    private static byte[] Bytes(SafetensorsWriter writer)
    {
        using var stream = new MemoryStream();
        writer.Save(stream);
        return stream.ToArray();
    }

    private static byte[] Write(params Action<SafetensorsWriter>[] additions)
    {
        var writer = new SafetensorsWriter();
        foreach (var add in additions)
        {
            add(writer);
        }

        return Bytes(writer);
    }

    private static SafetensorsFile Load(byte[] bytes) => SafetensorsFile.Load(new MemoryStream(bytes), "the source");

    private static SafetensorsFile LoadOnce(byte[] bytes) => SafetensorsFile.Load(new OnceStream(bytes), "the source");

    private static SafetensorsFile[] LoadEveryWay(byte[] bytes) => [Load(bytes), LoadOnce(bytes)];

    private static void AssertRefused(string[] expected, Func<object> read)
    {
        var message = Assert.Throws<InvalidDataException>(read).Message;
        Assert.All(expected, part => Assert.Contains(part, message));
        Assert.DoesNotContain(message, char.IsControl);
    }

    private static void AssertRefusedEveryWay(byte[] bytes, string[] expected)
    {
        AssertRefused(["the source", .. expected], () => Load(bytes));
        AssertRefused(["the source", .. expected.Where(part => part != "0")], () => LoadOnce(bytes));
    }

    /// <summary>A file is read, or refused with the one exception of hostile files; either way it takes memory in proportion to its length.</summary>
    private static void AssertReadOrRefused(byte[] bytes)
    {
        foreach (var load in new[] { Load, LoadOnce })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                foreach (var tensor in load(bytes).Tensors)
                {
                    Assert.Equal(tensor.Data.Length, tensor.ElementCount * (tensor.Data.Length / Math.Max(tensor.ElementCount, 1)));
                }
            }
            catch (InvalidDataException)
            {
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < (1 << 20) + (100L * bytes.Length), $"{allocated} bytes were allocated for a file of {bytes.Length}.");
        }
    }

    /// <summary>A stream of unknown length that can be read once, in small pieces.</summary>
    private sealed class OnceStream(byte[] bytes) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = Math.Min(Math.Min(count, 5), bytes.Length - _position);
            bytes.AsSpan(_position, read).CopyTo(buffer.AsSpan(offset));
            _position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
