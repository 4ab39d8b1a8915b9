namespace Native.Kernels.Cpu;

/// <summary>
/// A matrix product by pointers: <c>C = f(op(A) · op(B) [+ C] + r ⊗ bias)</c> with <c>op(A) [Rows, Depth]</c>,
/// <c>op(B) [Depth, Columns]</c>. All matrices are row-major with a stride; arguments are checked before.
/// </summary>
internal unsafe struct MatrixProductArguments<T>
    where T : unmanaged
{
    /// <summary>Rows of <c>C</c> and <c>op(A)</c>.</summary>
    public nint Rows;

    /// <summary>Columns of <c>C</c> and <c>op(B)</c>.</summary>
    public nint Columns;

    /// <summary>Columns of <c>op(A)</c> and rows of <c>op(B)</c>.</summary>
    public nint Depth;

    public T* A;
    public nint AStride;
    public bool TransposeA;

    public T* B;
    public nint BStride;
    public bool TransposeB;

    public T* C;
    public nint CStride;

    /// <summary>Adds what <c>C</c> holds.</summary>
    public bool Accumulate;

    /// <summary><c>[Columns]</c>, or null.</summary>
    public T* Bias;

    /// <summary>The factor of the bias in each row, <c>[Rows]</c>, or null for 1.</summary>
    public T* BiasScale;

    /// <summary>Receives the argument of <c>f</c>, <c>[Rows, Columns]</c>, or null.</summary>
    public T* Preactivation;
    public nint PreactivationStride;
}
