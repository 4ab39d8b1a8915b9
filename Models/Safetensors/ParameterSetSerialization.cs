using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>Loads and saves the tensors of a <see cref="ParameterSet{T}"/> by name, as safetensors.</summary>
/// <remarks>
/// A PyTorch <c>state_dict</c> saved with <c>safetensors.torch.save_file</c> loads as it is when the names and shapes are the
/// same. The step counters <c>num_batches_tracked</c> of its batch normalisations (scalars of type I64) are passed over.
/// </remarks>
public static class ParameterSetSerialization
{
    // A message names this many tensors of a kind, and counts the rest.
    private const int MostNames = 100;

    /// <summary>Reads the value of every parameter and buffer from a file; gradients stay as they are.</summary>
    /// <typeparam name="T">float or double; the file may hold F16, BF16, F32 or F64.</typeparam>
    /// <param name="parameters">The set to overwrite.</param>
    /// <param name="path">The path of a safetensors file.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Load{T}(ParameterSet{T}, SafetensorsFile, string)"/>, or the file breaks the format.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static void Load<T>(this ParameterSet<T> parameters, string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        parameters.Load(SafetensorsFile.Load(path));
    }

    /// <summary>Reads the value of every parameter and buffer from a file; gradients stay as they are.</summary>
    /// <typeparam name="T">float or double; the file may hold F16, BF16, F32 or F64.</typeparam>
    /// <param name="parameters">The set to overwrite.</param>
    /// <param name="file">The file.</param>
    /// <param name="prefix">
    /// What the file puts before each name. Tensors whose name does not start with it belong to something else and are not looked at.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// Tensors are missing, extra, of another shape, or hold integers or numbers that <typeparamref name="T"/> cannot; the message names
    /// all of them. Nothing has then been overwritten.
    /// </exception>
    /// <exception cref="ObjectDisposedException">A tensor of the set was disposed. Nothing has then been overwritten.</exception>
    public static void Load<T>(this ParameterSet<T> parameters, SafetensorsFile file, string prefix = "")
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);

        var values = new List<T[]>();
        var missing = new List<string>();
        var misshapen = new List<string>();
        var unreadable = new List<string>();
        foreach (var parameter in parameters)
        {
            ObjectDisposedException.ThrowIf(parameter.Value.IsDisposed, parameter.Value);
            var name = prefix + parameter.Name;
            if (!file.TryGetTensor(name, out var tensor))
            {
                missing.Add(SafetensorsHeader.Quote(name));
            }
            else if (!tensor.Shape.SequenceEqual(parameter.Value.Shape))
            {
                misshapen.Add($"{SafetensorsHeader.Quote(name)} (expected {Format(parameter.Value.Shape)}, but got {Format(tensor.Shape)})");
            }
            else
            {
                try
                {
                    values.Add(tensor.Read<T>());
                }
                catch (InvalidDataException exception)
                {
                    unreadable.Add(exception.Message);
                }
            }
        }

        var extra = file.Tensors
            .Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)
                && !parameters.TryGet(tensor.Name[prefix.Length..], out _)
                && !IsStepCounter(tensor))
            .Select(tensor => SafetensorsHeader.Quote(tensor.Name))
            .ToList();

        if (missing.Count + extra.Count + misshapen.Count + unreadable.Count > 0)
        {
            throw new InvalidDataException(
                $"{file.Source}: the tensors are not those of the parameters."
                + List(" Missing: ", missing) + List(" Extra: ", extra) + List(" Wrongly shaped: ", misshapen) + List(" Unreadable: ", unreadable));
        }

        var next = 0;
        foreach (var parameter in parameters)
        {
            parameter.Value.Upload(values[next++]);
        }
    }

    /// <summary>Writes the value of every parameter and buffer to a file, whole or not at all; see <see cref="SafetensorsWriter.Save(string)"/>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="parameters">The set.</param>
    /// <param name="path">The path of the file; an existing file is replaced.</param>
    /// <param name="dataType">The element type in the file; that of <typeparamref name="T"/> when null.</param>
    /// <exception cref="ArgumentException">A finite value is outside the range of <paramref name="dataType"/>, or that is an integer type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(this ParameterSet<T> parameters, string path, SafetensorsDataType? dataType = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var writer = new SafetensorsWriter();
        writer.Add(parameters, "", dataType);
        writer.Save(path);
    }

    /// <summary>Adds the value of every parameter and buffer to a file to be written, beside metadata or tensors of other sets.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="writer">The file to be written.</param>
    /// <param name="parameters">The set.</param>
    /// <param name="prefix">What to put before each name.</param>
    /// <param name="dataType">The element type in the file; that of <typeparamref name="T"/> when null.</param>
    /// <exception cref="ArgumentException">A name is taken, a finite value is outside the range of <paramref name="dataType"/>, or that is an integer type.</exception>
    public static void Add<T>(this SafetensorsWriter writer, ParameterSet<T> parameters, string prefix = "", SafetensorsDataType? dataType = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(prefix);
        foreach (var parameter in parameters)
        {
            writer.Add(prefix + parameter.Name, parameter.Value.Shape, parameter.Value.ToArray(), dataType ?? SafetensorsElements.TypeOf<T>());
        }
    }

    private static bool IsStepCounter(SafetensorsTensor tensor)
    {
        return tensor is { DataType: SafetensorsDataType.I64, Shape.Length: 0 }
            && tensor.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
    }

    private static string Format(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private static string List(string title, List<string> names) => names.Count switch
    {
        0 => "",
        <= MostNames => $"{title}{string.Join(", ", names)}.",
        _ => $"{title}{string.Join(", ", names.Take(MostNames))} and {names.Count - MostNames} more.",
    };
}
