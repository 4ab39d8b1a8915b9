using System.Numerics;

namespace Native.Kernels.Reference;

internal sealed partial class ReferenceAttentionKernels<T>(Device device) : AttentionKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The elements of heads read and written as double; a size of 1 that is asked for more is repeated.</summary>
    private readonly unsafe struct HeadCells
    {
        private readonly DeviceHeads<T> _heads;
        private readonly T* _first;

        private HeadCells(DeviceHeads<T> heads)
        {
            _heads = heads;
            _first = heads.IsAbsent ? null : heads.Tensor.Pointer + heads.Offset;
        }

        public bool IsAbsent => _first is null;

        public double this[long b, long h, long s, long i]
        {
            get => double.CreateTruncating(_first[Offset(b, h, s, i)]);
            set => _first[Offset(b, h, s, i)] = T.CreateTruncating(value);
        }

        public static implicit operator HeadCells(DeviceHeads<T> heads) => new(heads);

        private long Offset(long b, long h, long s, long i) =>
            ((_heads.Batch == 1 ? 0 : b) * _heads.BatchStride) + ((_heads.Heads == 1 ? 0 : h) * _heads.HeadStride) + ((_heads.Rows == 1 ? 0 : s) * _heads.RowStride) + i;
    }
}
