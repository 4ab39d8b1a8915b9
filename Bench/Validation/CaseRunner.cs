using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Runs cases on a device and compares everything they promise.</summary>
internal static class CaseRunner
{
    /// <summary>Runs a file in float and in double (in double alone if it says so).</summary>
    /// <returns>One result per precision; a single one when the file cannot be read.</returns>
    public static IEnumerable<CaseResult> Run(string path, Device device)
    {
        ReferenceCase reference;
        CaseResult? unreadable = null;
        try
        {
            reference = ReferenceCase.Load(path);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            reference = null!;
            unreadable = new CaseResult(path, null, Path.GetFileNameWithoutExtension(path), null, CaseStatus.Failed, null, null, null) { Reason = exception.Message };
        }

        if (unreadable is not null)
        {
            yield return unreadable;
            yield break;
        }

        if (!reference.DoubleOnly)
        {
            yield return Run<float>(reference, device);
        }

        yield return Run<double>(reference, device);
    }

    private static CaseResult Run<T>(ReferenceCase reference, Device device)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var result = new CaseResult(reference.Path, reference.System, reference.Name, typeof(T) == typeof(double) ? "double" : "float", CaseStatus.Failed, null, null, null);
        if (!ReferenceSystems.All.TryGetValue(reference.System, out var system))
        {
            return result with { Status = CaseStatus.Unsupported, Reason = $"system '{reference.System}'" };
        }

        using var run = new CaseRun<T>(reference, device);
        try
        {
            system.Run(run);
            device.ThrowIfFaulted();
        }
        catch (NotSupportedException exception)
        {
            return result with { Status = CaseStatus.Unsupported, Reason = exception.Message };
        }
        catch (Exception exception) when (exception is InvalidDataException or DeviceFaultException)
        {
            return result with { Reason = exception.Message };
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A fault of a kernel or a model: it fails its case and must not hide the others.
            return result with { Reason = $"{exception.GetType().Name}: {exception.Message}" };
        }

        return Compare(run, result);
    }

    private static CaseResult Compare<T>(CaseRun<T> run, CaseResult result)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TensorError? worst = null;
        foreach (var tensor in run.Case.File.Tensors)
        {
            if (!tensor.Name.StartsWith("output/", StringComparison.Ordinal) && !tensor.Name.StartsWith("grad/", StringComparison.Ordinal))
            {
                continue;
            }

            TensorError error;
            if (CaseComparison.IsInteger(tensor))
            {
                error = run.Integers.TryGetValue(tensor.Name, out var integers)
                    ? CaseComparison.Compare(integers, tensor.Read<long>())
                    : new TensorError(null, 0, "it was not produced");
            }
            else
            {
                var tolerance = CaseComparison.ToleranceOf(run.Case, tensor.Name, typeof(T) == typeof(double));
                error = run.Numbers.TryGetValue(tensor.Name, out var numbers)
                    ? CaseComparison.Compare(numbers, tensor.Read<double>(), tolerance)
                    : new TensorError(null, tolerance, "it was not produced");
            }

            if (worst is null || error.Severity > worst.Value.Severity)
            {
                worst = error;
                result = result with
                {
                    WorstTensor = tensor.Name,
                    Error = error.Error,
                    Tolerance = error.Tolerance,
                    Status = error.Passed ? CaseStatus.Passed : CaseStatus.Failed,
                    Reason = error.Passed ? null : $"{tensor.Name}: {error.Reason ?? "its error is above the tolerance"}",
                };
            }
        }

        return worst is null ? result with { Reason = "the file holds no output and no gradient to compare" } : result;
    }
}
