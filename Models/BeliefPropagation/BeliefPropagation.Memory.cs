using Native.Kernels;

namespace Native.Models;

public sealed partial class BeliefPropagation<T>
{
    /// <summary>The messages of the variables with one number of states: one edge per column.</summary>
    private sealed class VariableMemory : IDisposable
    {
        private readonly Device _device;
        private readonly DeviceEdgeIndex _index;
        private DeviceTensor<T>? _pending;

        public VariableMemory(Device device, FactorGraphLayout.VariableClass members)
        {
            _device = device;
            States = members.States;
            Count = members.Variables.Count;
            _index = device.Upload(EdgeIndex.Create([.. members.EdgeVariable], Count));
            ToVariables = device.Allocate<T>(States, members.EdgeVariable.Count);
            ToFactors = device.Allocate<T>(States, members.EdgeVariable.Count);
        }

        public int States { get; }

        public int Count { get; }

        /// <summary>Messages from factors, <c>[C, E]</c>.</summary>
        public DeviceTensor<T> ToVariables { get; }

        /// <summary>Messages to factors, <c>[C, E]</c>.</summary>
        public DeviceTensor<T> ToFactors { get; }

        /// <summary>Messages from factors that have not been sent yet, <c>[C, E]</c>; allocated at first use.</summary>
        public DeviceTensor<T> Pending => _pending ??= _device.Allocate<T>(States, ToVariables.Columns);

        public void Send<TSemiring>(MessageKernels<T> messages, int first, int count)
            where TSemiring : struct, ISemiring => messages.VariableMessages<TSemiring>(_index, first, count, ToVariables, ToFactors);

        public void Beliefs<TSemiring>(MessageKernels<T> messages, DeviceTensor<T> beliefs, DeviceTensor<T> entropy)
            where TSemiring : struct, ISemiring => messages.VariableBeliefs<TSemiring>(_index, ToVariables, beliefs, entropy);

        public void Dispose()
        {
            _index.Dispose();
            ToVariables.Dispose();
            ToFactors.Dispose();
            _pending?.Dispose();
        }
    }

    /// <summary>The tables of the factors of one shape, one factor per column, and where their messages are.</summary>
    private sealed class FactorMemory : IDisposable
    {
        private readonly FactorGraphLayout.FactorGroup _group;
        private readonly VariableMemory[] _slots;
        private readonly DeviceTensor<T> _tables;
        private readonly DeviceMatrix<T>[] _incoming;
        private readonly DeviceMatrix<T>[] _previous;
        private readonly DeviceMatrix<T>[] _outgoing;
        private readonly T[] _changes;

        public FactorMemory(Device device, DiscreteFactorGraph graph, FactorGraphLayout.FactorGroup group, VariableMemory[] slots)
        {
            _group = group;
            _slots = slots;
            _tables = Upload(device, graph, group);
            _incoming = new DeviceMatrix<T>[slots.Length];
            _previous = new DeviceMatrix<T>[slots.Length];
            _outgoing = new DeviceMatrix<T>[slots.Length];
            Change = device.Allocate<T>(1, Count);
            _changes = new T[Count];
        }

        public int Count => _group.Factors.Count;

        public int Entries => _group.Entries;

        public List<int> Factors => _group.Factors;

        /// <summary>Largest change of every factor's messages, <c>[1, F]</c>.</summary>
        public DeviceTensor<T> Change { get; }

        /// <summary>Computes the messages of a range of factors: sends them, or only notes them as pending.</summary>
        public void Send<TSemiring>(MessageKernels<T> messages, int first, int count, double damping, bool pending, bool wantsChange)
            where TSemiring : struct, ISemiring
        {
            for (var slot = 0; slot < _slots.Length; slot++)
            {
                var column = _group.FirstEdge[slot] + first;
                _incoming[slot] = Range(_slots[slot].ToFactors, column, count);
                _previous[slot] = Range(_slots[slot].ToVariables, column, count);
                _outgoing[slot] = pending ? Range(_slots[slot].Pending, column, count) : _previous[slot];
            }

            messages.FactorMessages<TSemiring>(Tables(first, count), _incoming, _previous, _outgoing, damping, wantsChange ? Range(Change, first, count) : default);
        }

        public void Beliefs<TSemiring>(MessageKernels<T> messages, DeviceTensor<T> beliefs, DeviceTensor<T> energy)
            where TSemiring : struct, ISemiring
        {
            for (var slot = 0; slot < _slots.Length; slot++)
            {
                _incoming[slot] = Range(_slots[slot].ToFactors, _group.FirstEdge[slot], Count);
            }

            messages.FactorBeliefs<TSemiring>(_tables, _incoming, beliefs, energy);
        }

        public double LargestChange()
        {
            Change.Download(_changes);
            var largest = 0.0;
            foreach (var change in _changes)
            {
                largest = Math.Max(largest, double.CreateTruncating(change));
            }

            return largest;
        }

        public void Dispose()
        {
            _tables.Dispose();
            Change.Dispose();
        }

        private static DeviceMatrix<T> Range(DeviceMatrix<T> matrix, int first, int count) => matrix.ColumnRange(first, count);

        /// <summary>Tables that are all the same are kept once.</summary>
        private static DeviceTensor<T> Upload(Device device, DiscreteFactorGraph graph, FactorGraphLayout.FactorGroup group)
        {
            var first = graph.LogTable(group.Factors[0]);
            var columns = 1;
            foreach (var factor in group.Factors)
            {
                if (!graph.LogTable(factor).SequenceEqual(first))
                {
                    columns = group.Factors.Count;
                    break;
                }
            }

            var tables = new T[checked(group.Entries * columns)];
            for (var column = 0; column < columns; column++)
            {
                var table = graph.LogTable(group.Factors[column]);
                for (var entry = 0; entry < table.Length; entry++)
                {
                    tables[entry * columns + column] = T.CreateTruncating(table[entry]);
                }
            }

            return device.Upload(tables, group.Entries, columns);
        }

        private DeviceMatrix<T> Tables(int first, int count) => _tables.Columns == 1 ? _tables : Range(_tables, first, count);
    }
}
