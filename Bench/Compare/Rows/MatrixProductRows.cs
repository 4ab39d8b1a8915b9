using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>gemm</c>: the matrix product, square and in the shapes of the message passing layer.</summary>
internal static class MatrixProductRows
{
    private static readonly (int M, int N, int K, string Layout, bool Quick)[] Sizes =
    [
        (256, 256, 256, "nn", false),
        (512, 512, 512, "nn", true),
        (512, 512, 512, "nt", false),
        (512, 512, 512, "tn", false),
        (1024, 1024, 1024, "nn", false),
        (10000, 64, 64, "nt", true),
        (10000, 64, 64, "nn", false),
        (64, 64, 10000, "tn", false),
    ];

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        from size in Sizes
        select new CompareEntry(
            "gemm",
            string.Create(CultureInfo.InvariantCulture, $"{size.M}x{size.N}x{size.K}"),
            size.Layout,
            precision,
            size.Quick && precision == Shapes.Float,
            settings => precision == Shapes.Float
                ? new Case<float>(settings, size.M, size.N, size.K, size.Layout)
                : new Case<double>(settings, size.M, size.N, size.K, size.Layout));

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly int _m;
        private readonly int _n;
        private readonly int _k;
        private readonly Transpose _transposeA;
        private readonly Transpose _transposeB;
        private readonly T[] _a;
        private readonly T[] _b;
        private readonly DeviceTensor<T> _deviceA;
        private readonly DeviceTensor<T> _deviceB;
        private readonly DeviceTensor<T> _deviceC;

        public Case(CompareSettings settings, int m, int n, int k, string layout)
            : base(settings)
        {
            (_m, _n, _k) = (m, n, k);
            _transposeA = layout[0] == 't' ? Transpose.Yes : Transpose.No;
            _transposeB = layout[1] == 't' ? Transpose.Yes : Transpose.No;
            _a = Shapes.Random<T>((long)m * k, 1);
            _b = Shapes.Random<T>((long)k * n, 2);
            _deviceA = _transposeA == Transpose.No ? Upload(_a, m, k) : Upload(_a, k, m);
            _deviceB = _transposeB == Transpose.No ? Upload(_b, k, n) : Upload(_b, n, k);
            _deviceC = Allocate(m, n);
        }

        public override Work Work => Work.OfOperations(2.0 * _m * _n * _k);

        public override IReadOnlyList<Peer> Peers =>
        [
            MatrixProductPeers.OpenBlas(_a, TransposeA, _b, TransposeB, _m, _n, _k, Threads, Ours),
            MatrixProductPeers.OnnxRuntime(_a, TransposeA, _b, TransposeB, _m, _n, _k, Threads, Ours),
            TorchPeer.MatrixProduct(_a, TransposeA, _b, TransposeB, _m, _n, _k, Threads, Ours),
            MatrixProductPeers.TensorPrimitives(_a, TransposeA, _b, TransposeB, _m, _n, _k, Threads, Ours),
        ];

        private bool TransposeA => _transposeA == Transpose.Yes;

        private bool TransposeB => _transposeB == Transpose.Yes;

        protected override void Launch() => Device.Dense<T>().MatrixProduct(_deviceA, _transposeA, _deviceB, _transposeB, _deviceC);

        private T[] Ours() => _deviceC.ToArray();
    }
}
