using System.Text.Json.Serialization;

namespace Native.Bench;

/// <summary>The JSON forms of the program's results, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(IReadOnlyList<CompareResult>))]
[JsonSerializable(typeof(IReadOnlyList<CaseResult>))]
[JsonSerializable(typeof(RooflineReport))]
[JsonSerializable(typeof(IReadOnlyList<KernelTiming>))]
[JsonSerializable(typeof(TourResult))]
[JsonSerializable(typeof(ExperimentResult))]
[JsonSerializable(typeof(IReadOnlyList<DeviceReport>))]
internal sealed partial class BenchJson : JsonSerializerContext;
