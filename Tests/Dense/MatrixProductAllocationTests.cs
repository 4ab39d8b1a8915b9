using Native.Kernels;

namespace Native.Tests.Dense;

using Dense = Native.Kernels.Cpu.Dense;

[Collection(nameof(Alone))]
public class MatrixProductAllocationTests
{
    [Theory]
    [InlineData(130, 300, 200)]
    [InlineData(64, 64, 3000)]
    [InlineData(3, 5, 7)]
    public void NothingIsAllocatedAfterWarmUp(int m, int n, int k)
    {
        var a = new float[m * k];
        var b = new float[k * n];
        var c = new float[m * n];
        var bias = new float[n];
        long allocated = -1;
        for (var attempt = 0; attempt < 20 && allocated != 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var repetition = 0; repetition < 50; repetition++)
            {
                Dense.MatrixProduct<float>(new(a, k, m), Transpose.Yes, new(b, k, n), Transpose.No, new(c, m, n), threads: 3);
                Dense.Linear<Relu, float>(new(a, m, k), new(b, n, k), bias, new(c, m, n), threads: 3);
            }

            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Assert.Equal(0, allocated);
    }
}
