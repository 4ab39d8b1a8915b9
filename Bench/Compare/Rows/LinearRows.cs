using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary><c>linear-relu-forward-backward</c>: a linear layer with ReLU, its output and all three gradients.</summary>
internal static class LinearRows
{
    private const int Batch = 256;
    private const int Inputs = 784;
    private const int Outputs = 512;

    /// <summary>The entries of the catalogue.</summary>
    public static IEnumerable<CompareEntry> Entries =>
        from precision in Shapes.Precisions
        select new CompareEntry(
            "linear-relu-forward-backward",
            string.Create(CultureInfo.InvariantCulture, $"{Batch}x{Inputs}x{Outputs}"),
            "batch x in x out",
            precision,
            precision == Shapes.Float,
            settings => precision == Shapes.Float ? new Case<float>(settings) : new Case<double>(settings));

    private sealed class Case<T> : DeviceCase<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] _x = Shapes.Random<T>(Batch * Inputs, 1);
        private readonly T[] _weight = Shapes.Random<T>(Outputs * Inputs, 2);
        private readonly T[] _bias = Shapes.Random<T>(Outputs, 3);
        private readonly T[] _dOutput = Shapes.Random<T>(Batch * Outputs, 4);
        private readonly DeviceTensor<T> _deviceX;
        private readonly DeviceTensor<T> _deviceWeight;
        private readonly DeviceTensor<T> _deviceBias;
        private readonly DeviceTensor<T> _deviceDOutput;
        private readonly DeviceTensor<T> _output;
        private readonly DeviceTensor<T> _dPreactivation;
        private readonly DeviceTensor<T> _dx;
        private readonly DeviceTensor<T> _dWeight;
        private readonly DeviceTensor<T> _dBias;

        public Case(CompareSettings settings)
            : base(settings)
        {
            _deviceX = Upload(_x, Batch, Inputs);
            _deviceWeight = Upload(_weight, Outputs, Inputs);
            _deviceBias = Upload(_bias, Outputs);
            _deviceDOutput = Upload(_dOutput, Batch, Outputs);
            _output = Allocate(Batch, Outputs);
            _dPreactivation = Allocate(Batch, Outputs);
            _dx = Allocate(Batch, Inputs);
            _dWeight = Allocate(Outputs, Inputs);
            _dBias = Allocate(Outputs);
        }

        // The three products; bias and activation are small beside them.
        public override Work Work => Work.OfOperations(3 * 2.0 * Batch * Inputs * Outputs);

        public override IReadOnlyList<Peer> Peers =>
        [
            TorchPeer.LinearRelu(_x, _weight, _bias, _dOutput, Batch, Inputs, Outputs, Threads, Ours),
            LinearPeers.OpenBlas(_x, _weight, _bias, _dOutput, Batch, Inputs, Outputs, Threads, Ours),
        ];

        protected override void Launch()
        {
            Device.Dense<T>().Linear<Relu>(_deviceX, _deviceWeight, _deviceBias, _output);
            Device.Dense<T>().LinearBackward<Relu>(_deviceX, _deviceWeight, _output, _deviceDOutput, _dPreactivation, _dx, _dWeight, _dBias);
        }

        private T[] Ours()
        {
            // The gradient accumulates, so the many timed calls are not the result of one.
            _dWeight.Clear();
            Run();
            return _dWeight.ToArray();
        }
    }
}
