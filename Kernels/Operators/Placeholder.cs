// Placeholder: the operators helper deletes this file when the real Kernels/Operators land.
#pragma warning disable CS1591
namespace Native.Kernels;

public interface IActivation
{
}

public interface IReduction
{
    static abstract bool IsExtremum { get; }

    static abstract bool IsMean { get; }
}

public readonly struct Identity : IActivation;

public readonly struct Sum : IReduction
{
    public static bool IsExtremum => false;

    public static bool IsMean => false;
}

public readonly struct Mean : IReduction
{
    public static bool IsExtremum => false;

    public static bool IsMean => true;
}

public readonly struct Max : IReduction
{
    public static bool IsExtremum => true;

    public static bool IsMean => false;
}

public readonly struct Min : IReduction
{
    public static bool IsExtremum => true;

    public static bool IsMean => false;
}
