using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Models;

public sealed partial class VariationalInference<T>
{
    private const string Format = "native-variational-state/1";

    private bool _hasContinued;

    /// <summary>Whether the moments of a gate are those of its start.</summary>
    private bool IsAtStart(VariableArray<T> gate) => Sweeps + StochasticSteps == 0 && (gate.StartValues is not null || !_hasContinued);

    /// <summary>Saves the posteriors and all that the next sweep depends on, as safetensors: an inference that loads it goes on bitwise as this one would.</summary>
    /// <param name="path">The path of the file; an existing file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", Format);
        writer.AddMetadata("sweeps", Sweeps.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata("steps", StochasticSteps.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata("rises", Rises.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata("free_energy", FreeEnergy.ToString("R", CultureInfo.InvariantCulture));
        foreach (var state in _states)
        {
            writer.Add<T>(state.Name, state.Tensor.Shape, state.Tensor.ToArray());
        }

        writer.Save(path);
    }

    /// <summary>Goes on from a saved state of the same model.</summary>
    /// <param name="path">The path of a file that <see cref="Save"/> wrote.</param>
    /// <exception cref="InvalidDataException">It is not the state of such a model; nothing is changed then.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public void Load(string path)
    {
        var file = SafetensorsFile.Load(path);
        var own = _states.Select(state => state.Name).Order(StringComparer.Ordinal);
        if (!file.Metadata.TryGetValue("format", out var format) || format != Format || !file.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal).SequenceEqual(own))
        {
            throw new InvalidDataException($"{path}: expected the state of {string.Join(", ", own)}, but got {string.Join(", ", file.Tensors.Select(tensor => tensor.Name))}.");
        }

        var values = Array.ConvertAll(_states, state =>
        {
            var tensor = file[state.Name];
            return tensor.Shape.SequenceEqual(state.Tensor.Shape)
                ? tensor.Read<T>()
                : throw new InvalidDataException($"{path}: tensor '{state.Name}': expected the shape of {state.Tensor}, but got [{string.Join(", ", tensor.Shape.ToArray())}].");
        });
        int sweeps = Whole(file, "sweeps"), steps = Whole(file, "steps"), rises = Whole(file, "rises");
        if (!double.TryParse(file.Metadata.GetValueOrDefault("free_energy"), NumberStyles.Float, CultureInfo.InvariantCulture, out var energy))
        {
            throw new InvalidDataException($"{path}: metadata entry 'free_energy': expected a number.");
        }

        for (var i = 0; i < _states.Length; i++)
        {
            _states[i].Tensor.Upload(values[i]);
        }

        (Sweeps, StochasticSteps, Rises, FreeEnergy) = (sweeps, steps, rises, energy);
        KeepChecked();
        Restore();
    }

    /// <summary>
    /// Online inference: the posteriors of an earlier inference become the priors, and the starts, of the variables of the same names that have known priors. Of conjugate models without local
    /// variables, one batch after another gives what all batches at once do.
    /// </summary>
    /// <param name="earlier">The inference on the data so far.</param>
    /// <exception cref="ArgumentException">No variable with a known prior has a counterpart of the same family, dimension and plates.</exception>
    public void ContinueFrom(VariationalInference<T> earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        var found = 0;
        foreach (var variable in _order)
        {
            var other = Array.Find(earlier._order, other =>
                other.Name == variable.Name && other.Family == variable.Family && other.Dimension == variable.Dimension && other.Plates == variable.Plates);
            if (other is not null && variable.PriorValues is not null)
            {
                variable.Prior.Tensor.Upload(other.Natural.Tensor.ToArray());
                variable.Natural.Tensor.Upload(other.Natural.Tensor.ToArray());
                variable.UpdateMoments();
                found++;
            }
        }

        if (found == 0)
        {
            throw new ArgumentException(
                $"earlier: expected variables with the names and sizes of {string.Join(", ", _order.Where(own => own.PriorValues is not null).Select(own => own.ToString()))}, but got {string.Join(", ", earlier._order.Select(other => other.ToString()))}.",
                nameof(earlier));
        }

        _hasContinued = true;
        UpdateGatesWithoutStart();
        FreeEnergy = double.NaN;
        KeepChecked();
    }

    private void UpdateGatesWithoutStart()
    {
        for (var i = 0; i < _order.Length; i++)
        {
            if (_order[i].StartValues is null && IsGate(_order[i]))
            {
                Propose(i);
                Accept(i, damping: 0);
            }
        }
    }

    private bool IsGate(VariableArray<T> variable) => Array.Exists(_factors, factor => factor.Kind == "mixture" && factor.Variables[1] == variable);

    private static int Whole(SafetensorsFile file, string name) =>
        int.TryParse(file.Metadata.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"{file.Source}: metadata entry '{name}': expected a whole number of at least 0.");
}
