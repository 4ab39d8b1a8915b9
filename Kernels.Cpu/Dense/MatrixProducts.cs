using System.Numerics;

namespace Native.Kernels.Cpu;

/// <summary>Independent products with outputs of their own.</summary>
internal interface IMatrixProducts<T>
    where T : unmanaged
{
    int Count { get; }

    /// <summary>Product <paramref name="index"/>.</summary>
    MatrixProductArguments<T> this[int index] { get; }
}

/// <summary>Runs many products: large ones one after the other with all threads, small ones shared out whole.</summary>
internal static class MatrixProducts
{
    /// <summary>Multiply-adds of a product that is worth all threads, some tens of microseconds of one.</summary>
    private const double LargeWork = 1 << 22;

    public static void Run<T, TProducts>(TProducts products, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TProducts : struct, IMatrixProducts<T>
    {
        var work = new SmallWork<T, TProducts>(products, threads == 1);
        if (threads > 1)
        {
            for (var i = 0; i < products.Count; i++)
            {
                var product = products[i];
                if (IsLarge(product))
                {
                    MatrixProductDriver.Run<T, Identity>(ref product, threads);
                }
            }
        }

        Workers.For(ref work, products.Count, threads);
    }

    private static bool IsLarge<T>(in MatrixProductArguments<T> product)
        where T : unmanaged =>
        (double)product.Rows * product.Columns * product.Depth >= LargeWork;

    private readonly struct SmallWork<T, TProducts>(TProducts products, bool all) : IWork
        where T : unmanaged, IFloatingPointIeee754<T>
        where TProducts : struct, IMatrixProducts<T>
    {
        public void Run(int block)
        {
            var product = products[block];
            if (all || !IsLarge(product))
            {
                MatrixProductDriver.Run<T, Identity>(ref product, 1);
            }
        }
    }
}
