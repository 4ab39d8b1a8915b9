namespace Native.Kernels.Cpu;

/// <summary>A number known to the compiler, as a type argument: a method with such arguments is compiled by itself for each, without the branches on them.</summary>
internal interface IConstant
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}

internal readonly struct Constant0 : IConstant
{
    public static int Value => 0;
}

internal readonly struct Constant1 : IConstant
{
    public static int Value => 1;
}

internal readonly struct Constant2 : IConstant
{
    public static int Value => 2;
}

internal readonly struct Constant3 : IConstant
{
    public static int Value => 3;
}

internal readonly struct Constant4 : IConstant
{
    public static int Value => 4;
}

internal readonly struct Constant5 : IConstant
{
    public static int Value => 5;
}

internal readonly struct Constant6 : IConstant
{
    public static int Value => 6;
}

internal readonly struct Constant7 : IConstant
{
    public static int Value => 7;
}

internal readonly struct Constant8 : IConstant
{
    public static int Value => 8;
}

internal readonly struct Constant9 : IConstant
{
    public static int Value => 9;
}

internal readonly struct Constant10 : IConstant
{
    public static int Value => 10;
}

internal readonly struct Constant11 : IConstant
{
    public static int Value => 11;
}

internal readonly struct Constant12 : IConstant
{
    public static int Value => 12;
}
