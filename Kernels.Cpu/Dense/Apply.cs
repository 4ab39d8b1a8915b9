using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Native.Kernels.Cpu;

public static unsafe partial class Dense
{
    /// <summary>Elementwise function: <c>output = f(x)</c>. NaN gives NaN.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <typeparam name="TFunction">The function <c>f</c>.</typeparam>
    /// <param name="x">Input <c>[B, F]</c>; one row may be repeated (stride 0).</param>
    /// <param name="output">Output <c>[B, F]</c>; overwritten; may be <paramref name="x"/> itself.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void Apply<T, TFunction>(ReadOnlyMatrixView<T> x, MatrixView<T> output, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFunction : struct, IFunction
    {
        Argument.Present(x);
        Argument.Output(output, x.Rows, x.Columns);
        fixed (T* xFirst = &x.First, outputFirst = &output.First)
        {
            if (typeof(TFunction) == typeof(Exp))
            {
                var blocks = Blocks.Elementwise(x.Rows, x.Columns, x.Stride, output.Stride);
                var work = new ExpWork<T>(new(xFirst, x.Stride), new(outputFirst, output.Stride), blocks, ElementwiseLoop.IsStreamed(x.Rows, x.Columns, outputFirst, xFirst));
                LanesWork.For<ExpWork<T>, T>(ref work, blocks.Count, blocks.Threads(threads), Vector512<T>.Count);
                return;
            }

            var body = new ApplyBody<T, TFunction>
            {
                X = new(xFirst, x.Stride),
                Output = new(outputFirst, output.Stride),
            };
            ElementwiseLoop.Run<T, ApplyBody<T, TFunction>>(body, Blocks.Elementwise(x.Rows, x.Columns, x.Stride, output.Stride), ElementwiseLoop.IsStreamed(x.Rows, x.Columns, outputFirst, xFirst), threads);
        }
    }

    /// <summary>
    /// Gradient of an activation, with the gradient of a bias in front of it: <c>dx = dOutput ⊙ f'(x)</c>, <c>dBias[j] += Σ_i r_i dx[i, j]</c>.
    /// With <see cref="Identity"/> and <paramref name="dx"/> absent this is a sum over rows.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <typeparam name="TActivation">The activation of the forward call.</typeparam>
    /// <param name="x">Input of the activation, <c>[B, F]</c>. For Identity it may be absent; for ReLU and LeakyReLU the output serves as well, since it has the same sign.</param>
    /// <param name="dOutput">Gradient of the output, <c>[B, F]</c>.</param>
    /// <param name="dx">Gradient of the input, <c>[B, F]</c>; overwritten; may be <paramref name="dOutput"/> itself; may be absent.</param>
    /// <param name="dBias">Gradient of the bias, <c>[F]</c>; accumulates; empty if not wanted.</param>
    /// <param name="biasScale"><c>r [B]</c>; empty for 1.</param>
    /// <param name="threads">Threads to use, the caller included.</param>
    public static void ApplyBackward<T, TActivation>(ReadOnlyMatrixView<T> x, ReadOnlyMatrixView<T> dOutput, MatrixView<T> dx, Span<T> dBias = default, ReadOnlySpan<T> biasScale = default, int threads = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TActivation : struct, IActivation
    {
        Argument.Present(dOutput);
        if (typeof(TActivation) != typeof(Identity))
        {
            Argument.Matrix(x, dOutput.Rows, dOutput.Columns);
        }

        Argument.OptionalOutput(dx, dOutput.Rows, dOutput.Columns);
        Argument.OptionalVector<T>(dBias, dOutput.Columns);
        Argument.OptionalVector(biasScale, dOutput.Rows);
        fixed (T* xFirst = &x.First, dOutputFirst = &dOutput.First, dxFirst = &dx.First, dBiasFirst = dBias, scaleFirst = biasScale)
        {
            var body = new ApplyBackwardBody<T, TActivation>
            {
                X = new(xFirst, x.Stride),
                DOutput = new(dOutputFirst, dOutput.Stride),
                Dx = new(dxFirst, dx.Stride),
                Scale = scaleFirst,
            };
            if (!dBias.IsEmpty && dOutput.Rows > 0)
            {
                using var scratch = ColumnSumLoop.Rent<T>(dOutput.Rows, dOutput.Columns);
                var sums = ColumnSumLoop.Run<T, ApplyBackwardBody<T, TActivation>>(body, dOutput.Rows, dOutput.Columns, scratch, out _, threads);
                AddTo(sums, dBias);
            }
            else if (!dx.IsAbsent)
            {
                // An operand that is not read does not keep the matrix from being one long row.
                var xStride = typeof(TActivation) == typeof(Identity) ? dx.Stride : x.Stride;
                ElementwiseLoop.Run<T, ApplyBackwardBody<T, TActivation>>(body, Blocks.Elementwise(dOutput.Rows, dOutput.Columns, xStride, dOutput.Stride, dx.Stride), threads);
            }
        }
    }

    /// <summary><c>output += sums</c>, for parameter gradients.</summary>
    private static void AddTo<T>(T* sums, Span<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var i = 0; i < output.Length; i++)
        {
            output[i] += sums[i];
        }
    }

    private struct ApplyBody<T, TFunction> : IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFunction : struct, IFunction
    {
        public Operand<T> X;
        public Operand<T> Output;

        public static bool InPairs
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => typeof(TFunction) == typeof(Tanh) || (sizeof(T) == 4 && (typeof(TFunction) == typeof(Gelu) || typeof(TFunction) == typeof(Digamma)));
        }

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TLanes, TAccess>(TFunction.Invoke<TLanes, T>(X.Load<TLanes, TAccess>(row, column, count)), row, column, count);
    }

    // The exponential with its constants in registers. A row is a body of its own, so that no instruction of the loop looks for its address.
    private readonly struct ExpWork<T>(Operand<T> x, Operand<T> output, in Blocks blocks, bool isStreamed) : ILanesWork<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Operand<T> _x = x;
        private readonly Operand<T> _output = output;
        private readonly Blocks _blocks = blocks;
        private readonly bool _isStreamed = isStreamed;

        public void Run<TLanes>(int block)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
            var (row, endRow, column, endColumn) = _blocks.Range(block);
            for (; row < endRow; row++)
            {
                if (_isStreamed)
                {
                    RowStreamed<TLanes>(_x.Row(row), _output.Row(row), column, endColumn);
                }
                else
                {
                    Row<TLanes>(_x.Row(row), _output.Row(row), column, endColumn);
                }
            }

            if (_isStreamed)
            {
                ElementwiseLoop.EndStream();
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Row<TLanes>(T* x, T* output, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => ElementwiseLoop.Row<T, TLanes, ExpBody<T, TLanes>>(new() { X = new(x, 0), Output = new(output, 0), Exponential = Exponential<TLanes, T>.Held }, 0, column, end);

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void RowStreamed<TLanes>(T* x, T* output, nint column, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
            => ElementwiseLoop.RowStreamed<T, TLanes, ExpBody<T, TLanes>>(new() { X = new(x, 0), Output = new(output, 0), Exponential = Exponential<TLanes, T>.Held }, 0, column, end);
    }

    private struct ExpBody<T, TVector> : IStreamable<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ILanes<TVector, T>
    {
        public Operand<T> X;
        public Operand<T> Output;
        public Exponential<TVector, T> Exponential;

        public readonly T* Destination(nint row) => Output.Row(row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Output.Store<TVector, TAccess>(Exponential.Invoke(X.Load<TVector, TAccess>(row, column, count)), row, column, count);
    }

    private struct ApplyBackwardBody<T, TActivation> : IElementwise<T>, IColumnTerms<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TActivation : struct, IActivation
    {
        public Operand<T> X;
        public Operand<T> DOutput;
        public Operand<T> Dx;
        public T* Scale;

        public static bool HasSecond
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => false;
        }

        public readonly void Prepare<TLanes>(nint row, nint end)
            where TLanes : unmanaged, ILanes<TLanes, T>
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
            => Dx.Store<TLanes, TAccess>(Gradient<TLanes, TAccess>(row, column, count), row, column, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Terms<TLanes, TAccess>(nint row, nint column, int count, out TLanes first, out TLanes second)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            first = Gradient<TLanes, TAccess>(row, column, count);
            second = TLanes.Zero;
            if (!Dx.IsAbsent)
            {
                Dx.Store<TLanes, TAccess>(first, row, column, count);
            }

            if (Scale is not null)
            {
                first *= TLanes.Broadcast(Scale[row]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TLanes Gradient<TLanes, TAccess>(nint row, nint column, int count)
            where TLanes : unmanaged, ILanes<TLanes, T>
            where TAccess : struct, IAccess
        {
            var gradient = DOutput.Load<TLanes, TAccess>(row, column, count);
            return typeof(TActivation) == typeof(Identity)
                ? gradient
                : gradient * TActivation.Derivative<TLanes, T>(X.Load<TLanes, TAccess>(row, column, count));
        }
    }
}

internal sealed unsafe partial class CpuDenseKernels<T>
{
    protected override void ApplyCore<TFunction>(DeviceMatrix<T> x, DeviceMatrix<T> output) =>
        Dense.Apply<T, TFunction>(x.View(), output.View(), Threads);

    protected override void ApplyBackwardCore<TActivation>(DeviceMatrix<T> x, DeviceMatrix<T> dOutput, DeviceMatrix<T> dx, DeviceTensor<T>? dBias, DeviceTensor<T>? biasScale) =>
        Dense.ApplyBackward<T, TActivation>(x.View(), dOutput.View(), dx.View(), Span(dBias), Span(biasScale), Threads);
}
