using System.Numerics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Sampling
{
    /// <summary>
    /// One category per row by the Gumbel-max method with given uniforms: <c>index[i] = argmax_j (logWeights[i, j] - ln(-ln uniform[i, j]))</c>, the lowest of equal keys; a weight of 0 (<c>-∞</c>) is never chosen.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logWeights">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Uniforms in (0, 1), <c>[B, n]</c>.</param>
    /// <param name="index">The categories, <c>[B]</c>; overwritten; -1 in a row without a positive weight or with a key that is NaN.</param>
    /// <param name="fault">Receives the first row of index -1, or -1 when there is none.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Categorical<T>(ReadOnlyMatrixView<T> logWeights, ReadOnlyMatrixView<T> uniform, Span<int> index, out long fault, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logWeights);
        Argument.Matrix(uniform, logWeights.Rows, logWeights.Columns);
        fixed (T* uniformFirst = &uniform.First)
        {
            Categorical(logWeights, new NoiseOperand<T>(new Operand<T>(uniformFirst, uniform.Stride)), index, out fault, threads);
        }
    }

    /// <summary>One category per row by the Gumbel-max method, with uniforms as <see cref="Uniform"/> draws them: category <c>j</c> has the probability <c>softmax(logWeights_i)_j</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logWeights">Log weights, up to a constant per row, <c>[B, n]</c>.</param>
    /// <param name="uniform">Where to draw the uniforms.</param>
    /// <param name="index">The categories, <c>[B]</c>; overwritten; -1 in a row without a positive weight or with a key that is NaN.</param>
    /// <param name="fault">Receives the first row of index -1, or -1 when there is none.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Categorical<T>(ReadOnlyMatrixView<T> logWeights, PhiloxPosition uniform, Span<int> index, out long fault, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(logWeights);
        Argument.Range(uniform, (long)logWeights.Rows * logWeights.Columns);
        Categorical(logWeights, new NoiseOperand<T>(uniform), index, out fault, threads);
    }

    private static void Categorical<T>(ReadOnlyMatrixView<T> logWeights, in NoiseOperand<T> uniform, Span<int> index, out long fault, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Categories(logWeights);
        Argument.Vector<int>(index, logWeights.Rows);
        fixed (T* logWeightsFirst = &logWeights.First)
        {
            fixed (int* indexFirst = index)
            {
                var keys = new CategoricalKeys<T> { Index = indexFirst };
                KeyLoop.Run<T, CategoricalKeys<T>>(keys, new(logWeightsFirst, logWeights.Stride), uniform, logWeights.Rows, logWeights.Columns, threads);
            }
        }

        fault = index.IndexOf(-1);
    }

    private struct CategoricalKeys<T> : IKeys<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int* Index;
        private LargestKey<T> _largest;

        public readonly nuint WorkspaceBytes => 0;

        public readonly void Start(Scratch workspace)
        {
        }

        public void BeginRow(nint row) => _largest.Reset();

        public void Take<TLanes>(nint row, nint column, T* keys, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => _largest.Take<TLanes>(column, keys, count);

        public readonly void EndRow<TLanes>(nint row)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => Index[row] = _largest.Index;
    }
}

internal sealed unsafe partial class CpuSamplingKernels<T>
{
    protected override void CategoricalCore(DeviceMatrix<T> logWeights, Noise<T> uniform, DeviceTensor<int> index)
    {
        var indices = new Span<int>(index.Pointer, checked((int)index.Count));
        long fault;
        if (uniform.IsDrawn)
        {
            Sampling.Categorical<T>(logWeights.View(), uniform.Position, indices, out fault, Threads);
        }
        else
        {
            Sampling.Categorical<T>(logWeights.View(), uniform.Values.View(), indices, out fault, Threads);
        }

        ReportFault(fault);
    }
}
