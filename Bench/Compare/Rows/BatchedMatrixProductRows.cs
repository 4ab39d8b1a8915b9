using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>gemm-batched</c>: products of many pairs of matrices; scores of attention heads, and small matrices.</summary>
internal static class BatchedMatrixProductRows
{
    private static readonly (int Count, int M, int N, int K, string Layout)[] Sizes =
    [
        (64, 128, 128, 64, "nt"),
        (1000, 16, 16, 16, "nn"),
    ];

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        from size in Sizes
        select new CompareEntry(
            "gemm-batched",
            string.Create(CultureInfo.InvariantCulture, $"{size.Count} of {size.M}x{size.N}x{size.K}"),
            size.Layout,
            precision,
            false,
            settings => precision == Shapes.Float
                ? new Case<float>(settings, size.Count, size.M, size.N, size.K, size.Layout)
                : new Case<double>(settings, size.Count, size.M, size.N, size.K, size.Layout));

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly (int Count, int M, int N, int K) _size;
        private readonly bool _transposeB;
        private readonly T[] _a;
        private readonly T[] _b;
        private readonly DeviceTensor<T> _deviceA;
        private readonly DeviceTensor<T> _deviceB;
        private readonly DeviceTensor<T> _deviceC;

        public Case(CompareSettings settings, int count, int m, int n, int k, string layout)
            : base(settings)
        {
            _size = (count, m, n, k);
            _transposeB = layout[1] == 't';
            _a = Shapes.Random<T>((long)count * m * k, 1);
            _b = Shapes.Random<T>((long)count * k * n, 2);
            _deviceA = Upload(_a, count * m, k);
            _deviceB = _transposeB ? Upload(_b, count * n, k) : Upload(_b, count * k, n);
            _deviceC = Allocate(count * m, n);
        }

        public override Work Work => Work.OfOperations(2.0 * _size.Count * _size.M * _size.N * _size.K);

        public override IReadOnlyList<Peer> Peers =>
        [
            MatrixProductPeers.OpenBlasBatch(_a, _b, _transposeB, _size, Threads, Ours),
            MatrixProductPeers.OnnxRuntimeBatch(_a, _b, _transposeB, _size, Threads, Ours),
            TorchPeer.BatchedMatrixProduct(_a, _b, _transposeB, _size, Threads, Ours),
        ];

        protected override void Launch() => Device.Dense<T>().BatchedMatrixProduct(
            DeviceMatrixBatch<T>.OfRows(_deviceA, _size.Count),
            Transpose.No,
            DeviceMatrixBatch<T>.OfRows(_deviceB, _size.Count),
            _transposeB ? Transpose.Yes : Transpose.No,
            DeviceMatrixBatch<T>.OfRows(_deviceC, _size.Count));

        private T[] Ours() => _deviceC.ToArray();
    }
}
