using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>
    /// <c>k</c> different categories per row, drawn without replacement with given uniforms: those of the <c>k</c> largest keys <c>logWeights[i, j] - ln(-ln uniform[i, j])</c>, largest first, equal keys in index order;
    /// a weight of 0 (<c>-∞</c>) is never chosen.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logWeights">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>.</param>
    /// <param name="index">The categories in order of choice, <c>[B, k]</c>, <c>k ≤ n</c>; overwritten; -1 in a row with fewer than <c>k</c> positive weights or with a key that is NaN.</param>
    /// <param name="key">Their keys, <c>[B, k]</c>; overwritten, NaN where the index is -1; may be absent.</param>
    /// <param name="fault">Receives the first row of indices -1, or -1 when there is none.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GumbelTopK<T>(ReadOnlyMatrixView<T> logWeights, ReadOnlyMatrixView<T> uniform, MatrixView<int> index, MatrixView<T> key, out long fault, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logWeights);
        Argument.Matrix(uniform, logWeights.Rows, logWeights.Columns);
        fixed (T* uniformFirst = &uniform.First)
        {
            GumbelTopK(logWeights, new NoiseOperand<T>(new Operand<T>(uniformFirst, uniform.Stride)), index, key, out fault, threads);
        }
    }

    /// <summary><c>k</c> different categories per row, drawn without replacement, with uniforms as <see cref="Uniform"/> draws them; the order of choice is Plackett–Luce.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logWeights">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Where to draw the uniforms.</param>
    /// <param name="index">The categories in order of choice, <c>[B, k]</c>, <c>k ≤ n</c>; overwritten; -1 in a row with fewer than <c>k</c> positive weights or with a key that is NaN.</param>
    /// <param name="key">Their keys, <c>[B, k]</c>; overwritten, NaN where the index is -1; may be absent.</param>
    /// <param name="fault">Receives the first row of indices -1, or -1 when there is none.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void GumbelTopK<T>(ReadOnlyMatrixView<T> logWeights, PhiloxPosition uniform, MatrixView<int> index, MatrixView<T> key, out long fault, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logWeights);
        Argument.Range(uniform, (long)logWeights.Rows * logWeights.Columns);
        GumbelTopK(logWeights, new NoiseOperand<T>(uniform), index, key, out fault, threads);
    }

    private static void GumbelTopK<T>(ReadOnlyMatrixView<T> logWeights, in NoiseOperand<T> uniform, MatrixView<int> index, MatrixView<T> key, out long fault, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Categories(logWeights);
        Argument.Output(index, logWeights.Rows, index.Columns);
        if (index.Columns > logWeights.Columns)
        {
            throw new ArgumentException($"index: expected at most the {logWeights.Columns} categories as columns, but got {index.Columns}.", nameof(index));
        }

        Argument.OptionalOutput(key, logWeights.Rows, index.Columns);
        fixed (T* logWeightsFirst = &logWeights.First, keyFirst = &key.First)
        {
            fixed (int* indexFirst = &index.First)
            {
                var keys = new TopKeys<T> { Index = indexFirst, IndexStride = index.Stride, Key = new(keyFirst, key.Stride), Choices = (int)index.Columns, Columns = logWeights.Columns };
                KeyLoop.Run<T, TopKeys<T>>(keys, new(logWeightsFirst, logWeights.Stride), uniform, logWeights.Rows, logWeights.Columns, threads);
            }
        }

        fault = -1;
        for (nint row = 0; row < index.Rows && index.Columns > 0 && fault < 0; row++)
        {
            fault = index[row, 0] < 0 ? row : -1;
        }
    }
}

internal sealed partial class CpuSamplingKernels<T>
{
    protected override void GumbelTopKCore(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index, DeviceMatrix<T> key)
    {
        var indices = ((DeviceMatrix<int>)index).View();
        long fault;
        if (uniform.IsDrawn)
        {
            Sampling.GumbelTopK<T>(logWeights.View(), uniform.Position, indices, key.View(), out fault, Threads);
        }
        else
        {
            Sampling.GumbelTopK<T>(logWeights.View(), uniform.Values.View(), indices, key.View(), out fault, Threads);
        }

        ReportFault(fault);
    }
}
