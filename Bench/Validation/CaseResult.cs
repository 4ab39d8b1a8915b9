using System.Text.Json.Serialization;

namespace Native.Bench;

/// <summary>One row of <c>validate</c>: a case in one precision.</summary>
/// <param name="File">The file, as found.</param>
/// <param name="System">The system that the file names; null when the file cannot be read.</param>
/// <param name="Name">The name of the case.</param>
/// <param name="Precision"><c>float</c> or <c>double</c>; null when the file cannot be read.</param>
/// <param name="Status">What became of it.</param>
/// <param name="WorstTensor">The tensor furthest from its tolerance, with its prefix; null when nothing was compared.</param>
/// <param name="Error"><c>max|x - reference| / max(1, max|reference|)</c> of that tensor; null where no number measures it (a tensor missing, a NaN or an infinity in the wrong place).</param>
/// <param name="Tolerance">The largest error allowed for that tensor.</param>
internal sealed record CaseResult(
    string File,
    string? System,
    string Name,
    string? Precision,
    CaseStatus Status,
    string? WorstTensor,
    double? Error,
    double? Tolerance)
{
    /// <summary>Why the case did not pass, for people; null when it did.</summary>
    [JsonIgnore]
    public string? Reason { get; init; }
}
