namespace Native.Bench;

/// <summary>The useful work of one call, by which its time is judged.</summary>
/// <param name="Operations">Arithmetic operations; a multiply-add counts as two. 0 for kernels that only move data.</param>
/// <param name="Bytes">Bytes that have to be read or written at <paramref name="Level"/>.</param>
/// <param name="Level">Where the data lives.</param>
internal readonly record struct Work(double Operations, double Bytes, MemoryLevel Level)
{
    /// <summary>Work bound by multiply-adds.</summary>
    public static Work OfOperations(double operations) => new(operations, 0, MemoryLevel.L2);

    /// <summary>Work bound by moving data.</summary>
    public static Work OfBytes(double bytes, MemoryLevel level) => new(0, bytes, level);

    /// <summary>
    /// Work bound by vector instructions that are not all multiply-adds: each is counted as one multiply-add of all lanes, two of which start in a cycle.
    /// </summary>
    /// <param name="perRegister">Multiply-adds that take as long as the loop body of one register needs at least, counted in its machine code.</param>
    /// <param name="elements">Elements; a register holds many, which cancels.</param>
    public static Work OfInstructions(double perRegister, double elements) => OfOperations(2 * perRegister * elements) with { AreInstructions = true };

    /// <summary>Whether the operations stand for instructions.</summary>
    public bool AreInstructions { get; private init; }

    /// <summary>The name of the limit.</summary>
    public string Limit => AreInstructions ? "instructions" : Operations > 0 ? "fma" : Level.Name();

    /// <summary>The least number of seconds the work takes at the given rates.</summary>
    public double Floor(double operationsPerSecond, double bytesPerSecond) =>
        (Operations > 0 ? Operations / operationsPerSecond : 0) + (Bytes > 0 ? Bytes / bytesPerSecond : 0);

    /// <summary>The amount that rates are stated in: operations where there are any, otherwise bytes.</summary>
    public double Amount => Operations > 0 ? Operations : Bytes;
}
