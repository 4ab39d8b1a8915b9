using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Updates
{
    /// <summary>
    /// Damped update: <c>η ← d·η + (1-d)·η*</c>, fused with <c>max|Δη|</c>, the change really made. In the space of natural parameters it is a natural-gradient step
    /// of size <c>1 - d</c> (Winn and Bishop 2005; Hoffman et al. 2013, section 2.4).
    /// </summary>
    /// <remarks>
    /// An element for which <c>η = η*</c> stays as it is, and its change is 0, infinities included. With <c>d = 0</c> the result is <c>η*</c>: <c>0·(±∞) = 0</c>.
    /// NaN in <c>η</c> or <c>η*</c>, or infinities of opposite sign that cancel, give NaN in that element and in the result.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="parameter"><c>η [N, K]</c>; updated in place.</param>
    /// <param name="proposal"><c>η* [N, K]</c>; must not overlap <paramref name="parameter"/>.</param>
    /// <param name="damping"><c>d</c>, the weight of the old value, in <c>[0, 1)</c>.</param>
    /// <param name="fault">Receives the first element, counted by rows, that became NaN, or -1.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    /// <returns><c>max|Δη|</c>; 0 for an empty matrix; NaN if there is a fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="damping"/> is outside <c>[0, 1)</c> or NaN.</exception>
    public static T DampedUpdate<T>(MatrixView<T> parameter, ReadOnlyMatrixView<T> proposal, double damping, out long fault, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present<T>(parameter);
        Argument.Output(parameter, parameter.Rows, parameter.Columns);
        Argument.Matrix(proposal, parameter.Rows, parameter.Columns);
        if (!(damping >= 0 && damping < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(damping), damping, $"damping: expected a weight of the old value in [0, 1), but got {damping}.");
        }

        fixed (T* parameterFirst = &parameter.First, proposalFirst = &proposal.First)
        {
            var blocks = Blocks.Elementwise(parameter.Rows, parameter.Columns, parameter.Stride, proposal.Stride);
            using var scratch = Scratch.Rent(Scratch.SizeOf<T>(blocks.Count) + Scratch.SizeOf<long>(blocks.Count));
            var changes = scratch.Take<T>(blocks.Count);
            var faults = scratch.Take<long>(blocks.Count);
            var work = new DampedUpdateWork<T>(new(parameterFirst, parameter.Stride), new(proposalFirst, proposal.Stride), damping, blocks, changes, faults);
            Workers.For(ref work, blocks.Count, blocks.Threads(threads));

            var largest = T.Zero;
            fault = -1;
            for (var block = 0; block < blocks.Count && fault < 0; block++)
            {
                largest = T.Max(largest, changes[block]);
                fault = faults[block];
            }

            return largest;
        }
    }

    private readonly struct DampedUpdateWork<T>(Operand<T> parameter, Operand<T> proposal, double damping, Blocks blocks, T* changes, long* faults) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Operand<T> _parameter = parameter;
        private readonly Operand<T> _proposal = proposal;
        private readonly double _damping = damping;
        private readonly Blocks _blocks = blocks;
        private readonly T* _changes = changes;
        private readonly long* _faults = faults;

        public void Run(int block)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Run<Lanes512<T>>(block);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Run<Lanes256<T>>(block);
            }
            else
            {
                Run<Lanes128<T>>(block);
            }
        }

        private void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (firstRow, endRow, column, end) = _blocks.Range(block);
            var largest = TLanes.Zero;
            for (var row = firstRow; row < endRow; row++)
            {
                largest = _damping == 0 ? Row<TLanes, Undamped>(row, column, end, largest) : Row<TLanes, Damped>(row, column, end, largest);
            }

            _changes[block] = TLanes.MaxAcross(largest);
            _faults[block] = T.IsNaN(_changes[block]) ? FirstNaN(firstRow, endRow, column, end) : -1;
        }

        // Two maxima, because one waits for itself.
        private TLanes Row<TLanes, TStep>(nint row, nint column, nint end, TLanes largest)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TStep : struct, IStep
        {
            var old = TLanes.Broadcast(T.CreateTruncating(_damping));
            var target = TLanes.Broadcast(T.CreateTruncating(1 - _damping));
            var parameter = _parameter;
            var proposal = _proposal;
            var even = largest;
            var odd = largest;
            for (; column <= end - 2 * TLanes.Count; column += 2 * TLanes.Count)
            {
                even = TLanes.Max(even, Step<TLanes, TStep, Whole>(parameter, proposal, old, target, row, column, TLanes.Count));
                odd = TLanes.Max(odd, Step<TLanes, TStep, Whole>(parameter, proposal, old, target, row, column + TLanes.Count, TLanes.Count));
            }

            // What is left: a whole register, a part of one, or both. Lanes that are off are 0 and stay so.
            for (; column < end; column += TLanes.Count)
            {
                even = TLanes.Max(even, Step<TLanes, TStep, Partial>(parameter, proposal, old, target, row, column, (int)Math.Min(end - column, TLanes.Count)));
            }

            return TLanes.Max(even, odd);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TLanes Step<TLanes, TStep, TAccess>(Operand<T> parameter, Operand<T> proposal, TLanes oldWeight, TLanes newWeight, nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TStep : struct, IStep
            where TAccess : struct, IAccess
        {
            var old = parameter.Load<TLanes, TAccess>(row, column, count);
            var target = proposal.Load<TLanes, TAccess>(row, column, count);
            var value = TStep.Invoke<TLanes, T>(old, target, oldWeight, newWeight);
            parameter.Store<TLanes, TAccess>(value, row, column, count);
            return TLanes.AndNot(TLanes.Abs(value - old), TLanes.Equal(value, old));
        }

        private long FirstNaN(nint firstRow, nint endRow, nint column, nint end)
        {
            for (var row = firstRow; row < endRow; row++)
            {
                for (var i = column; i < end; i++)
                {
                    if (T.IsNaN(_parameter.Row(row)[i]))
                    {
                        return row * _blocks.Columns + i;
                    }
                }
            }

            return -1;
        }
    }

    private interface IStep
    {
        static abstract TLanes Invoke<TLanes, T>(TLanes old, TLanes target, TLanes oldWeight, TLanes newWeight)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>;
    }

    /// <summary>An element that is there already stays, whatever the rounding of the weights.</summary>
    private readonly struct Damped : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TLanes, T>(TLanes old, TLanes target, TLanes oldWeight, TLanes newWeight)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TLanes.Select(TLanes.Equal(old, target), old, TLanes.FusedMultiplyAdd(oldWeight, old, newWeight * target));
    }

    /// <summary>The old value counts only if it is NaN.</summary>
    private readonly struct Undamped : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Invoke<TLanes, T>(TLanes old, TLanes target, TLanes oldWeight, TLanes newWeight)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where T : unmanaged, IFloatingPointIeee754<T>
            => TLanes.Select(TLanes.IsNaN(old), old, target);
    }
}

internal sealed unsafe partial class CpuUpdateKernels<T>
{
    protected override void DampedUpdateCore(DeviceMatrix<T> parameter, DeviceMatrix<T> proposal, double damping, DeviceTensor<T> maxChange)
    {
        *maxChange.Pointer = Updates.DampedUpdate(parameter.View(), proposal.View(), damping, out var fault, Threads);
        if (fault >= 0)
        {
            device.ReportFault(fault);
        }
    }
}
