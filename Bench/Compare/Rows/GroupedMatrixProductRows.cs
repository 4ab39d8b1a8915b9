using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>gemm-grouped</c>: rows times the matrix of their group, forward and backward; edges of several types, and tokens of many experts.</summary>
internal static class GroupedMatrixProductRows
{
    private static readonly (int Rows, int Groups, int N, int K)[] Sizes =
    [
        (16000, 8, 64, 64),
        (4096, 64, 128, 128),
    ];

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        from size in Sizes
        from backward in (bool[])[false, true]
        select new CompareEntry(
            backward ? "gemm-grouped-backward" : "gemm-grouped",
            string.Create(CultureInfo.InvariantCulture, $"{size.Rows}x{size.N}x{size.K} in {size.Groups}"),
            "nn",
            precision,
            false,
            settings => precision == Shapes.Float
                ? new Case<float>(settings, size.Rows, size.Groups, size.N, size.K, backward)
                : new Case<double>(settings, size.Rows, size.Groups, size.N, size.K, backward));

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly (int Rows, int Groups, int N, int K) _size;
        private readonly bool _backward;
        private readonly EdgeIndex _index;
        private readonly T[] _a;
        private readonly T[] _b;
        private readonly T[] _dc;
        private readonly DeviceEdgeIndex _groups;
        private readonly DeviceTensor<T> _deviceA;
        private readonly DeviceTensor<T> _deviceB;
        private readonly DeviceTensor<T> _deviceC;
        private readonly DeviceTensor<T> _deviceDc;
        private readonly DeviceTensor<T> _deviceDa;
        private readonly DeviceTensor<T> _deviceDb;

        public Case(CompareSettings settings, int rows, int groups, int n, int k, bool backward)
            : base(settings)
        {
            _size = (rows, groups, n, k);
            _backward = backward;

            // Ragged: a group at the end has three times as many rows as one at the beginning.
            var random = new Random(3);
            _index = EdgeIndex.Create([.. Enumerable.Range(0, rows).Select(_ => (int)((Math.Sqrt(1 + (8 * random.NextDouble())) - 1) / 2 * groups)).Order()], groups);
            _a = Shapes.Random<T>((long)rows * k, 1);
            _b = Shapes.Random<T>((long)groups * k * n, 2);
            _dc = Shapes.Random<T>((long)rows * n, 4);
            _groups = Own(Device.Upload(_index));
            _deviceA = Upload(_a, rows, k);
            _deviceB = Upload(_b, groups * k, n);
            _deviceC = Allocate(rows, n);
            _deviceDc = Upload(_dc, rows, n);
            _deviceDa = Allocate(rows, k);
            _deviceDb = Allocate(groups * k, n);
        }

        public override Work Work => Work.OfOperations((_backward ? 2 : 1) * 2.0 * _size.Rows * _size.N * _size.K);

        public override IReadOnlyList<Peer> Peers => _backward
            ? []
            :
            [
                MatrixProductPeers.OpenBlasGroups(_index, _a, _b, _size.N, _size.K, Threads, Ours),
                TorchPeer.GroupedMatrixProduct(_index, _a, _b, _size.N, _size.K, Threads, Ours),
            ];

        protected override void Launch()
        {
            var b = DeviceMatrixBatch<T>.OfRows(_deviceB, _size.Groups);
            if (_backward)
            {
                Device.Dense<T>().GroupedMatrixProductBackward(_groups, _deviceA, b, Transpose.No, _deviceDc, _deviceDa, DeviceMatrixBatch<T>.OfRows(_deviceDb, _size.Groups));
            }
            else
            {
                Device.Dense<T>().GroupedMatrixProduct(_groups, _deviceA, b, Transpose.No, _deviceC);
            }
        }

        private T[] Ours() => _deviceC.ToArray();
    }
}
