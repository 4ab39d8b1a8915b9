using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>gemm</c>: the matrix product, square and in the shapes of the message passing layer.</summary>
internal static class MatrixProductRows
{
    private static readonly string[] AllLayouts = ["nn", "nt", "tn", "tt"];

    private static readonly (int M, int N, int K, string[] Layouts)[] Sizes =
    [
        (64, 64, 64, AllLayouts),
        (128, 128, 128, AllLayouts),
        (256, 256, 256, AllLayouts),
        (512, 512, 512, AllLayouts),
        (1024, 1024, 1024, AllLayouts),
        (2048, 2048, 2048, AllLayouts),
        (4096, 192, 64, AllLayouts),
        (1000, 333, 77, AllLayouts),
        (10000, 64, 64, ["nt", "nn"]),
        (64, 64, 10000, ["tn"]),
    ];

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        from size in Sizes
        from layout in size.Layouts
        select new CompareEntry(
            "gemm",
            string.Create(CultureInfo.InvariantCulture, $"{size.M}x{size.N}x{size.K}"),
            layout,
            precision,
            (size.M, layout, precision) is (64 or 512 or 1024 or 2048 or 4096, "nn", Shapes.Float),
            settings => precision == Shapes.Float
                ? new Case<float>(settings, size.M, size.N, size.K, layout)
                : new Case<double>(settings, size.M, size.N, size.K, layout));

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private const double MostOfPlainLoops = 1 << 30;

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

            // Rows that take seconds would hold up everyone.
            .. (IEnumerable<Peer>)((double)_m * _n * _k > MostOfPlainLoops ? [] : [MatrixProductPeers.TensorPrimitives(_a, TransposeA, _b, TransposeB, _m, _n, _k, Threads, Ours)]),
        ];

        private bool TransposeA => _transposeA == Transpose.Yes;

        private bool TransposeB => _transposeB == Transpose.Yes;

        protected override void Launch() => Device.Dense<T>().MatrixProduct(_deviceA, _transposeA, _deviceB, _transposeB, _deviceC);

        private T[] Ours() => _deviceC.ToArray();
    }
}
