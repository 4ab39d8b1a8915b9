namespace Native.Tests;

/// <summary>
/// The collection of test classes that run while no other test does: those that count the allocations of the process.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
