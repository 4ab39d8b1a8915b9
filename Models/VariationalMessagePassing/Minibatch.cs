using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>The variables that belong to some of the observations alone, as slices of the whole: their gates, and the plates of local variables.</summary>
internal sealed class MinibatchVariables<T>(PlateRange range)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<VariableArray<T>, VariableArray<T>> _gates = [];
    private readonly Dictionary<VariableArray<T>, (VariableArray<T> Slice, int First)> _locals = [];

    /// <summary>The observations.</summary>
    public PlateRange Range { get; } = range;

    public IEnumerable<(VariableArray<T> Whole, VariableArray<T> Slice)> Gates => _gates.Select(gate => (gate.Key, gate.Value));

    public IEnumerable<VariableArray<T>> Locals => _locals.Values.Select(local => local.Slice);

    public void AddGate(VariableArray<T> gate) => _gates.Add(gate, gate.Slice(Range));

    /// <summary>The plates of a local variable that an index map in ascending order reaches, and those without observations before them; the last minibatch has those at the end too.</summary>
    public void AddLocal(VariableArray<T> variable, int[] map)
    {
        var last = Range.First + Range.Count - 1;
        int first = Range.First == 0 ? 0 : map[Range.First - 1] + 1, end = last + 1 == map.Length ? variable.Plates : map[last] + 1;
        _locals.Add(variable, (variable.Slice(new PlateRange(first, end - first)), first));
    }

    /// <summary>What stands for a child or a gate.</summary>
    public VariableArray<T> Of(VariableArray<T> variable) => _gates.GetValueOrDefault(variable, variable);

    /// <summary>What stands for parents.</summary>
    public Plates<T> Of(Plates<T> parent) => parent.Variable is { } variable && _locals.TryGetValue(variable, out var local) ? parent.Within(local.Slice, local.First, Range) : parent;
}

/// <summary>Factors of some of the observations, which stand for all by their <paramref name="Scale"/>.</summary>
/// <param name="Factors">The factors of these observations and of their gates.</param>
/// <param name="Gates">Slices of the gates, each with the mixture that owns it, or null.</param>
/// <param name="Locals">Slices of the local variables, each with memory for what it was before a step.</param>
/// <param name="Scale">All observations per observation of the minibatch.</param>
internal sealed record Minibatch<T>(ConditionalFactor<T>[] Factors, (VariableArray<T> Whole, VariableArray<T> Slice, FactorArray<T>? Owner)[] Gates, (VariableArray<T> Slice, DeviceMatrix<T> Before)[] Locals, double Scale) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Makes the factors of some observations; a gate with one mixture is computed with it in one pass.</summary>
    public static Minibatch<T> Create(MinibatchVariables<T> variables, ConditionalFactor<T>[] whole, int plates)
    {
        var factors = Array.ConvertAll(whole, factor => factor.Part(variables));
        var gates = variables.Gates.Select(gate =>
        {
            var touching = Array.FindAll(factors, factor => factor.Variables.Contains(gate.Slice));
            return (gate.Whole, gate.Slice, touching is [var generator, { Kind: "mixture" } mixture] && mixture.TryOwnGate(generator) ? (FactorArray<T>)mixture : null);
        }).ToArray();
        Array.ForEach(factors, factor => factor.Prepare());
        var locals = variables.Locals.Select(slice => (slice, PlateMemory.Allocate<T>(slice.Device, slice.Rows, slice.Plates))).ToArray();
        return new Minibatch<T>(factors, gates, locals, (double)plates / variables.Range.Count);
    }

    public void Dispose()
    {
        Array.ForEach(Factors, factor => factor.Dispose());
        foreach (var (_, before) in Locals)
        {
            before.Tensor.Dispose();
        }
    }
}
