using Native.Kernels;

namespace Native.Models;

public sealed partial class BeliefPropagation<T>
{
    /// <summary>
    /// Every factor has messages pending, and its priority is by how much they differ from those it sent last. The first in the queue sends; its variables answer;
    /// what their factors would now say is pending.
    /// </summary>
    private unsafe BeliefPropagationResult RunResidual<TSemiring>(Action<BeliefPropagationResult>? onIteration, CancellationToken cancellation)
        where TSemiring : struct, ISemiring
    {
        if (!IsAddressable)
        {
            throw new NotSupportedException($"The Residual schedule reads every change on the host, which cannot address the memory of device '{_device.Name}'; use Flooding.");
        }

        // Of equal changes the lower factor goes first. An entry whose change is no longer the factor's is passed over.
        var queue = new PriorityQueue<int, (double NegativeChange, int Factor)>(Graph.Factors);
        var changes = new double[Graph.Factors];
        var round = new int[Graph.Factors];
        SendFromVariables<TSemiring>();
        foreach (var group in _factors)
        {
            group.Send<TSemiring>(_messages, 0, group.Count, _options.Damping, pending: true, wantsChange: true);
            for (var column = 0; column < group.Count; column++)
            {
                Enqueue(group.Factors[column], double.CreateTruncating(group.Change.Pointer[column]));
            }
        }

        _variableMessagesAreOld = false;
        var sent = 0L;
        var result = new BeliefPropagationResult(false, 0, Largest());
        while (!(result.Change <= _tolerance && _tolerance > 0) && result.Iterations < _options.MaximumIterations && queue.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            SendOne<TSemiring>(queue.Dequeue(), (int)(++sent % int.MaxValue) + 1, round, Enqueue);
            result = result with { Iterations = (int)((sent + Graph.Factors - 1) / Graph.Factors), Change = Largest() };
            if (sent % Graph.Factors == 0)
            {
                onIteration?.Invoke(result);
            }

            if (sent == (long)_options.MaximumIterations * Graph.Factors)
            {
                break;
            }
        }

        return result with { Converged = _tolerance > 0 && result.Change <= _tolerance };

        void Enqueue(int factor, double change)
        {
            if (double.IsNaN(change))
            {
                throw new InvalidOperationException($"A message of factor '{Graph.FactorName(factor)}' is NaN: the entries of the log tables are too large to be added up.");
            }

            if (change != changes[factor] && change > 0)
            {
                queue.Enqueue(factor, (-change, factor));
            }

            changes[factor] = change;
        }

        double Largest()
        {
            while (queue.TryPeek(out var factor, out var priority))
            {
                if (-priority.NegativeChange == changes[factor])
                {
                    return changes[factor] / (1 - _options.Damping);
                }

                queue.Dequeue();
            }

            return 0;
        }
    }

    private unsafe void SendOne<TSemiring>(int factor, int stamp, int[] round, Action<int, double> enqueue)
        where TSemiring : struct, ISemiring
    {
        _factors[_layout.FactorGroupOf[factor].Number].Send<TSemiring>(_messages, _layout.FactorColumn[factor], 1, _options.Damping, pending: false, wantsChange: false);
        foreach (var variable in Graph.VariablesOf(factor))
        {
            MemoryOf(_layout.VariableClassOf[variable]).Send<TSemiring>(_messages, _layout.VariableColumn[variable], 1);
        }

        foreach (var variable in Graph.VariablesOf(factor))
        {
            foreach (var neighbour in Graph.FactorsOf(variable))
            {
                if (round[neighbour] == stamp)
                {
                    continue;
                }

                round[neighbour] = stamp;
                var group = _factors[_layout.FactorGroupOf[neighbour].Number];
                var column = _layout.FactorColumn[neighbour];
                group.Send<TSemiring>(_messages, column, 1, _options.Damping, pending: true, wantsChange: true);
                enqueue(neighbour, double.CreateTruncating(group.Change.Pointer[column]));
            }
        }
    }
}
