using System.Numerics;
using System.Runtime.CompilerServices;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>Sets every element: <c>output = value</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    /// <param name="value">The value.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Fill<T>(MatrixView<T> output, T value, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Output(output, output.Rows, output.Columns);
        fixed (T* outputFirst = &output.First)
        {
            var body = new FillBody<T> { Output = new(outputFirst, output.Stride), Value = value };
            ElementwiseLoop.Run<T, FillBody<T>>(body, Blocks.Elementwise(output.Rows, output.Columns, output.Stride), ElementwiseLoop.IsStreamed(output.Rows, output.Columns, outputFirst, null), threads);
        }
    }

    /// <summary>Copies, between any strides: <c>output = x</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Matrix <c>[B, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Copy<T>(ReadOnlyMatrixView<T> x, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Output(output, x.Rows, x.Columns);
        fixed (T* xFirst = &x.First, outputFirst = &output.First)
        {
            if (x.Columns == 1 && x.Rows <= Blocks.Elements)
            {
                CopyColumn(xFirst, x.Stride, outputFirst, output.Stride, x.Rows);
                return;
            }

            var body = new CopyBody<T> { X = new(xFirst, x.Stride), Output = new(outputFirst, output.Stride) };
            ElementwiseLoop.Run<T, CopyBody<T>>(body, Blocks.Elementwise(x.Rows, x.Columns, x.Stride, output.Stride), ElementwiseLoop.IsStreamed(x.Rows, x.Columns, outputFirst, xFirst), threads);
        }
    }

    /// <summary>Scaled sum: <c>output = α x + β output</c>. With <c>β = 0</c> the old values are not read (NaN there does not matter).</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="alpha">Factor <c>α</c> of <paramref name="x"/>.</param>
    /// <param name="x">Matrix <c>[B, F]</c>; one row may be repeated (stride 0); may be <paramref name="output"/> itself.</param>
    /// <param name="beta">Factor <c>β</c> of <paramref name="output"/>.</param>
    /// <param name="output">Matrix <c>[B, F]</c>; overwritten.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void AddScaled<T>(T alpha, ReadOnlyMatrixView<T> x, T beta, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Argument.Present(x);
        Argument.Output(output, x.Rows, x.Columns);
        fixed (T* xFirst = &x.First, outputFirst = &output.First)
        {
            var body = new AddScaledBody<T> { X = new(xFirst, x.Stride), Output = new(outputFirst, output.Stride), Alpha = alpha, Beta = beta };
            ElementwiseLoop.Run<T, AddScaledBody<T>>(body, Blocks.Elementwise(x.Rows, x.Columns, x.Stride, output.Stride), beta == T.Zero && ElementwiseLoop.IsStreamed(x.Rows, x.Columns, outputFirst, xFirst), threads);
        }
    }

    private struct FillBody<T> : IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> Output;
        public T Value;

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(TLanes.Broadcast(Value), row, column, count);
    }

    // Rows of one element fill no register.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CopyColumn<T>(T* x, nint xStride, T* output, nint outputStride, nint rows)
        where T : unmanaged
    {
        for (nint row = 0; row < rows; row++)
        {
            output[row * outputStride] = x[row * xStride];
        }
    }

    private struct CopyBody<T> : IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Output;

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(X.Load<TLanes, TAccess>(row, column, count), row, column, count);
    }

    private struct AddScaledBody<T> : IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public T Alpha;
        public T Beta;

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var sum = TLanes.Broadcast(Alpha) * X.Load<TLanes, TAccess>(row, column, count);
            if (Beta != T.Zero)
            {
                sum = TLanes.FusedMultiplyAdd(TLanes.Broadcast(Beta), Output.Load<TLanes, TAccess>(row, column, count), sum);
            }

            Output.Store<TLanes, TAccess>(sum, row, column, count);
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void FillCore(DeviceMatrix<T> output, T value) => Dense.Fill(output.View(), value, Threads);

    protected override void CopyCore(DeviceMatrix<T> x, DeviceMatrix<T> output) => Dense.Copy(x.View(), output.View(), Threads);

    protected override void AddScaledCore(T alpha, DeviceMatrix<T> x, T beta, DeviceMatrix<T> output) =>
        Dense.AddScaled(alpha, x.View(), beta, output.View(), Threads);
}
