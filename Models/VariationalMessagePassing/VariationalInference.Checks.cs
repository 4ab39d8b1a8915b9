using System.Numerics;
using System.Runtime.CompilerServices;
using Native.Kernels;

namespace Native.Models;

public sealed partial class VariationalInference<T>
{
    private readonly DeviceTensor<T> _terms;
    private readonly T[] _hostTerms;
    private readonly T[] _newTerms;
    private readonly CheckedState<T>[] _states;
    private int _checkedSweeps;

    // What rounding may add to F, relative to the sizes of its terms: those of a block are sums of larger ones.
    private static double Rounding => typeof(T) == typeof(double) ? 1e-10 : 2e-5;

    /// <summary>The term of a factor in <c>F</c> when last checked, in nats: <c>-E_q[log f]</c>, and <c>+ E_q[log q]</c> of the latent variable that it generates.</summary>
    /// <param name="factor">A factor of the graph.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public double FreeEnergyOf(FactorArray<T> factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        var number = Array.IndexOf(_factors, factor);
        return number >= 0
            ? double.CreateTruncating(_hostTerms[number])
            : throw new ArgumentException($"factor: expected one of {string.Join(", ", _factors.Select(own => own.Name))}, but got {factor.Name}.", nameof(factor));
    }

    private VariationalResult Check()
    {
        for (var i = 0; i < _factors.Length; i++)
        {
            AddTerm(i);
        }

        ThrowIfOutside();
        _terms.Download(_newTerms);
        double energy = 0, size = 0;
        for (var i = 0; i < _newTerms.Length; i++)
        {
            var term = double.CreateTruncating(_newTerms[i]);
            if (double.IsNaN(term))
            {
                throw Failure($"the free energy of factor {_factors[i].Name} ({_factors[i].Kind}) is NaN", "", _factors[i].Name);
            }

            energy += term;
            size += Math.Abs(term);
        }

        var before = FreeEnergy;
        if (energy - before > Rounding * (1 + size))
        {
            Rises++;
            if (_options.Schedule == VariationalSchedule.Sequential && Array.TrueForAll(_factors, factor => factor.Descends))
            {
                throw Failure($"the free energy rose from {before} to {energy}, most in factor {MostRisen()}", "", MostRisen());
            }
        }

        FreeEnergy = energy;
        _newTerms.CopyTo(_hostTerms, 0);
        _checkedSweeps = Sweeps;
        var change = 0.0;
        foreach (var state in _states)
        {
            change = Math.Max(change, state.Check());
        }

        change /= 1 - _options.Damping;
        var isStill = change <= _changeTolerance && Math.Abs(energy - before) <= _tolerance * (1 + Math.Abs(energy));
        return new VariationalResult(isStill && _tolerance > 0, Sweeps, energy, change);
    }

    private void AddTerm(int number)
    {
        var factor = _factors[number];
        try
        {
            factor.FreeEnergy(new DeviceMatrix<T>(_terms, number, 1, 1, 1));
        }
        catch (Exception error) when (error is not VariationalException)
        {
            throw Failure($"factor {factor.Name} ({factor.Kind}) failed in its free energy: {error.Message}", "", factor.Name, error);
        }
    }

    /// <summary>A run that ends early leaves nothing unchecked.</summary>
    private void CheckUnlessChecked()
    {
        if (Sweeps > _checkedSweeps)
        {
            Check();
        }
    }

    private void KeepChecked()
    {
        _checkedSweeps = Sweeps;
        foreach (var state in _states)
        {
            state.Check();
        }
    }

    private KeyValuePair<string, DeviceTensor<T>>[] StatesOf()
    {
        var states = new List<KeyValuePair<string, DeviceTensor<T>>>();
        for (var i = 0; i < _order.Length; i++)
        {
            if (_owners[i] is null)
            {
                states.Add(new(_order[i].Name, _order[i].Natural.Tensor));
            }
        }

        foreach (var factor in _factors)
        {
            foreach (var (name, tensor) in factor.State)
            {
                states.Add(new($"{factor.Name}.{name}", tensor));
            }
        }

        return [.. states];
    }

    private void Restore()
    {
        foreach (var state in _states)
        {
            state.Restore();
        }

        for (var i = 0; i < _order.Length; i++)
        {
            if (_owners[i] is null)
            {
                _order[i].UpdateMoments();
            }
        }
    }

    private void ThrowIfOutside()
    {
        try
        {
            _device.ThrowIfFaulted();
        }
        catch (DeviceFaultException fault)
        {
            throw Diagnose(fault);
        }
    }

    /// <summary>Repeats the sweeps since the last check, one variable at a time, to find where the fault first shows.</summary>
    private VariationalException Diagnose(DeviceFaultException fault)
    {
        Restore();
        var until = Sweeps;
        var culprits = new string[_order.Length];
        for (Sweeps = _checkedSweeps + 1; Sweeps <= until; Sweeps++)
        {
            var isParallel = _options.Schedule == VariationalSchedule.Parallel;
            for (var i = 0; i < _order.Length && isParallel; i++)
            {
                culprits[i] = ProposeAndName(i);
                if (TryFault(out var plate))
                {
                    return Outside(i, plate, culprits[i]);
                }
            }

            for (var i = 0; i < _order.Length; i++)
            {
                culprits[i] = isParallel ? culprits[i] : ProposeAndName(i);
                Accept(i, _options.Damping);
                if (TryFault(out var plate))
                {
                    return Outside(i, plate, culprits[i]);
                }
            }

            foreach (var block in _blocks)
            {
                Update(block);
                if (TryFault(out var index))
                {
                    return Failure($"a number of block {block.Name} is outside its domain (index {index})", "", block.Name);
                }
            }
        }

        Sweeps = until;
        return Failure($"a number is outside its domain (index {fault.Index})", "", "");
    }

    /// <summary>Proposes, and names the owner of a variable or the first factor whose message to it is not finite, or nothing.</summary>
    private string ProposeAndName(int number)
    {
        Propose(number);
        return _owners[number]?.Name ?? NotFinite(number);
    }

    private VariationalException Outside(int number, long index, string culprit)
    {
        var variable = _order[number];
        var senders = culprit.Length > 0 ? $"the message of factor {culprit} is not finite" : $"its messages come from {string.Join(", ", _messages[number].Select(factor => $"{factor.Name} ({factor.Kind})"))}";
        return Failure($"variable {variable.Name} left the domain of {variable.Family} (index {index}); {senders}", variable.Name, culprit);
    }

    /// <summary>The first factor whose message to a variable is not finite, or nothing.</summary>
    private string NotFinite(int number)
    {
        var proposal = _order[number].Proposal;
        var values = new T[proposal.Tensor.Count];
        foreach (var factor in _messages[number])
        {
            _dense.Fill(proposal, T.Zero);
            AddMessage(factor, _order[number], proposal);
            proposal.Tensor.Download(values);
            if (Array.Exists(values, value => !T.IsFinite(value)))
            {
                Propose(number);
                return factor.Name;
            }
        }

        Propose(number);
        return "";
    }

    private bool TryFault(out long index)
    {
        try
        {
            _device.ThrowIfFaulted();
            index = -1;
            return false;
        }
        catch (DeviceFaultException fault)
        {
            index = fault.Index;
            return true;
        }
    }

    private string MostRisen()
    {
        var most = 0;
        for (var i = 1; i < _factors.Length; i++)
        {
            most = _newTerms[i] - _hostTerms[i] > _newTerms[most] - _hostTerms[most] ? i : most;
        }

        return _factors[most].Name;
    }

    private VariationalException Failure(string what, string variable, string factor, Exception? inner = null)
    {
        var sweep = Sweeps;
        Restore();

        // Of what came after, nothing is left to report.
        TryFault(out _);
        Sweeps = _checkedSweeps;
        return new VariationalException($"Sweep {sweep}: {what}. The posteriors are those of the last check before.", variable, factor, sweep, inner);
    }
}

/// <summary>A part of the state of an inference on the device, and its copy at the last check.</summary>
internal sealed class CheckedState<T>(string name, DeviceTensor<T> tensor)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _now = new T[tensor.Count];
    private readonly T[] _checked = new T[tensor.Count];

    public string Name { get; } = name;

    public DeviceTensor<T> Tensor { get; } = tensor;

    /// <summary>The largest <c>|Δ| / (1 + |value|)</c> since the last check, in float <c>max|Δ| / (1 + max|value|)</c>; this is the last check from now on.</summary>
    public double Check()
    {
        Tensor.Download(_now);
        var change = Change(_now, _checked);
        _now.CopyTo(_checked, 0);
        return change;
    }

    /// <summary>Back to the last check.</summary>
    public void Restore() => Tensor.Upload(_checked);

    // Compiled in full at once: it is called once a sweep, and would wait long for its turn to be optimised.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Change(T[] now, T[] before)
    {
        var isRelativeToLargest = typeof(T) == typeof(float);
        T largest = T.Zero, size = T.Zero;
        for (var i = 0; i < now.Length; i++)
        {
            // Infinities (probabilities of 0) that stay are no change.
            var change = now[i] == before[i] ? T.Zero : T.Abs(now[i] - before[i]);
            if (isRelativeToLargest)
            {
                size = T.IsFinite(now[i]) ? T.Max(size, T.Abs(now[i])) : size;
            }
            else
            {
                change /= T.One + T.Abs(now[i]);
            }

            largest = T.Max(largest, change);
        }

        largest /= T.One + size;
        return double.CreateTruncating(largest);
    }
}
