using System.Globalization;
using Native.Models;

namespace Native.Bench;

/// <summary>
/// A reference case: one safetensors file whose metadata name the system and its options and whose tensors are
/// <c>param/…</c>, <c>input/…</c>, <c>output/…</c>, <c>cotangent/…</c> and <c>grad/…</c> (the gradient of <c>Σ cotangent ⊙ output</c>).
/// </summary>
internal sealed class ReferenceCase
{
    private const string SupportedFormat = "native-case/1";

    private ReferenceCase(string path, SafetensorsFile file)
    {
        Path = path;
        File = file;
        Require("format", SupportedFormat);
        System = Option("system");
        Name = Option("name", global::System.IO.Path.GetFileNameWithoutExtension(path));
        DoubleOnly = Option("precision", "") switch
        {
            "" => false,
            "Double" => true,
            var other => throw Bad("precision", "Double", other),
        };
        DoubleTolerance = OptionalNumber("tolerance");
        FloatTolerance = OptionalNumber("tolerance_float");
    }

    /// <summary>The file, as found.</summary>
    public string Path { get; }

    /// <summary>The tensors and metadata.</summary>
    public SafetensorsFile File { get; }

    /// <summary>The system that the case is for.</summary>
    public string System { get; }

    /// <summary>The name of the case within its system.</summary>
    public string Name { get; }

    /// <summary>True when the case is for runs in double only.</summary>
    public bool DoubleOnly { get; }

    /// <summary>The tolerance that the case states for runs in double.</summary>
    public double? DoubleTolerance { get; }

    /// <summary>The tolerance that the case states for runs in float.</summary>
    public double? FloatTolerance { get; }

    /// <summary>Reads a case.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or is not a reference case.</exception>
    public static ReferenceCase Load(string path) => new(path, SafetensorsFile.Load(path));

    /// <summary>An option that must be there.</summary>
    public string Option(string name) => File.Metadata.TryGetValue(name, out var value)
        ? value
        : throw new InvalidDataException($"{Path}: expected the metadata entry '{name}' of a reference case, found none.");

    /// <summary>An option with a default.</summary>
    public string Option(string name, string absent) => File.Metadata.TryGetValue(name, out var value) ? value : absent;

    /// <summary>An option that is the name of an enumeration's value.</summary>
    public TEnum Option<TEnum>(string name)
        where TEnum : struct, Enum
    {
        var value = Option(name);
        var names = Enum.GetNames<TEnum>();
        return names.Contains(value, StringComparer.Ordinal)
            ? Enum.Parse<TEnum>(value)
            : throw Bad(name, $"one of {string.Join(", ", names)}", value);
    }

    /// <summary>A whole number that must be there.</summary>
    public int Integer(string name) => int.TryParse(Option(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Bad(name, "a whole number", Option(name));

    /// <summary>An option that is <c>true</c> or <c>false</c>; false when absent.</summary>
    public bool Flag(string name) => Option(name, "false") switch
    {
        "true" => true,
        "false" => false,
        var other => throw Bad(name, "true or false", other),
    };

    /// <summary>A number with a default.</summary>
    public double Number(string name, double absent) => OptionalNumber(name) ?? absent;

    /// <summary>A number that must be there.</summary>
    public double Number(string name)
    {
        Option(name);
        return OptionalNumber(name)!.Value;
    }

    /// <summary>The error for an option with a value that makes no sense here.</summary>
    public InvalidDataException Bad(string name, string expected, string found) => new($"{Path}: metadata entry '{name}': expected {expected}, found '{found}'.");

    /// <summary>A number, or null when absent.</summary>
    public double? OptionalNumber(string name)
    {
        if (!File.Metadata.TryGetValue(name, out var text))
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Bad(name, "a number", text);
    }

    private void Require(string name, string expected)
    {
        var found = Option(name);
        if (found != expected)
        {
            throw Bad(name, $"'{expected}'", found);
        }
    }
}
