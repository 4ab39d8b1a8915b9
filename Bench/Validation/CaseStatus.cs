using System.Text.Json.Serialization;

namespace Native.Bench;

/// <summary>What became of a case.</summary>
[JsonConverter(typeof(CaseStatusConverter))]
internal enum CaseStatus
{
    /// <summary>Every output and gradient of the file was produced and is right.</summary>
    Passed,

    /// <summary>Something was wrong, missing or could not be read.</summary>
    Failed,

    /// <summary>The system, or one of its kernels on this device, is not there.</summary>
    Unsupported,
}

/// <summary>Statuses as lower-case names.</summary>
internal sealed class CaseStatusConverter() : JsonStringEnumConverter<CaseStatus>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
