namespace Native.Bench;

/// <summary>An error whose message is all the user needs: shown without a stack trace, exit code 1.</summary>
internal sealed class BenchException(string message) : Exception(message);
