using System.Globalization;
using System.IO.Compression;

namespace Native.Bench;

/// <summary>
/// The test part of the Optical Recognition of Handwritten Digits (E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998; CC BY 4.0),
/// embedded in the program: 1,797 images of 8×8 pixels.
/// </summary>
internal sealed class Digits
{
    /// <summary>Number of classes.</summary>
    public const int Classes = 10;

    /// <summary>Pixels along a side of an image.</summary>
    public const int Side = 8;

    /// <summary>Pixels of an image.</summary>
    public const int Pixels = Side * Side;

    private const string Resource = "digits.csv.gz";
    private const float Brightest = 16;

    private Digits(float[] features, int[] labels)
    {
        Features = features;
        Labels = labels;
    }

    /// <summary>Pixels scaled to [0, 1], <c>[N, 64]</c>, row by row of each image.</summary>
    public float[] Features { get; }

    /// <summary>The digit of every image, <c>[N]</c>.</summary>
    public int[] Labels { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Reads the embedded file: 64 pixels from 0 to 16 and the digit on each line.</summary>
    /// <exception cref="InvalidDataException">A line has another form.</exception>
    public static Digits Load()
    {
        using var resource = typeof(Digits).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidDataException($"The program does not hold {Resource}.");
        using var reader = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        var features = new List<float>();
        var labels = new List<int>();
        while (reader.ReadLine() is { } line)
        {
            var values = line.Split(',');
            if (values.Length != Pixels + 1)
            {
                throw new InvalidDataException($"{Resource} line {labels.Count + 1}: expected {Pixels + 1} values, but got {values.Length}.");
            }

            foreach (var value in values.AsSpan(0, Pixels))
            {
                features.Add(float.Parse(value, CultureInfo.InvariantCulture) / Brightest);
            }

            labels.Add(int.Parse(values[^1], CultureInfo.InvariantCulture));
        }

        return new Digits([.. features], [.. labels]);
    }
}
