namespace Native.Tests;
public class SmokeTests { [Fact] public void Runs() => Assert.True(Environment.ProcessorCount > 0); }
