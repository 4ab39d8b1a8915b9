using Native.Kernels;
using Native.Kernels.Cpu;

namespace Native.Tests.Dense;

[Collection(nameof(Alone))]
public class DenseAllocationTests
{
    [Fact]
    public void NothingIsAllocatedAfterWarmUp()
    {
        const int Rows = 3000, Columns = 37;
        using var device = new CpuDevice(3);
        var dense = device.Dense<float>();
        using var x = device.Allocate<float>(Rows, Columns);
        using var y = device.Allocate<float>(Rows, Columns);
        using var z = device.Allocate<float>(Rows, Columns);
        using var a = device.Allocate<float>(Columns);
        using var b = device.Allocate<float>(Columns);
        using var c = device.Allocate<float>(Columns);
        using var d = device.Allocate<float>(Columns);
        using var mean = device.Allocate<float>(Rows);
        using var inverse = device.Allocate<float>(Rows);
        using var label = device.Allocate<int>(Rows);
        using var loss = device.Allocate<float>(1);

        long allocated = -1;
        for (var attempt = 0; attempt < 20 && allocated != 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var repetition = 0; repetition < 10; repetition++)
            {
                dense.Apply<Silu>(x, y);
                dense.ApplyBackward<Silu>(x, y, z, a, mean);
                dense.AddScaled(2, x, 3, z);
                dense.Softmax(x, y);
                dense.SoftmaxBackward(x, y, z);
                dense.LogSoftmax(x, y);
                dense.LogSoftmaxBackward(x, y, z);
                dense.LayerNorm(x, a, b, y, mean, inverse);
                dense.LayerNormBackward(x, a, mean, inverse, y, z, c, d);
                dense.BatchNorm(BatchNormMode.Train, x, a, b, c, d, y, c, d);
                dense.BatchNormBackward(BatchNormMode.Train, x, a, c, d, y, z, c, d);
                dense.SquaredError(x, y, loss);
                dense.SquaredErrorBackward(x, y, 1, z, default);
                dense.GaussianNegativeLogLikelihood(x, y, z, loss);
                dense.BernoulliWithLogits(x, y, loss);
                dense.CrossEntropy(x, label, null, loss);
                dense.CrossEntropyBackward(x, label, null, 1, z);
                device.Updates<float>().Adam(x, y, z, z, 1, new AdamOptions());
                device.Updates<float>().Sgd(x, y, z, 1, new SgdOptions(0.1, 0.9));
            }

            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Assert.Equal(0, allocated);
    }
}
