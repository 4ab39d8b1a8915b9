using System.Globalization;
using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Words of the generator, and the uniforms and normals made of them.</summary>
internal sealed class PhiloxSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var position = new PhiloxPosition(Number<ulong>(run.Case, "seed"), Number<uint>(run.Case, "stream"), Number<long>(run.Case, "first"));
        var count = Number<long>(run.Case, "count");
        var words = run.Own(run.Device.Allocate<uint>(count));
        run.Sampling.PhiloxWords(position, words);
        run.Output("words", Array.ConvertAll(words.ToArray(), word => (long)word));

        var uniform = run.Overwritten(count);
        run.Sampling.Uniform(position, uniform.AsMatrix(1, count));
        run.Output("uniform", uniform);

        var normal = run.Overwritten(count);
        run.Sampling.Normal(position, normal.AsMatrix(1, count));
        run.Output("normal", normal);
    }

    private static TNumber Number<TNumber>(ReferenceCase reference, string name)
        where TNumber : INumber<TNumber> =>
        TNumber.TryParse(reference.Option(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw reference.Bad(name, $"a {typeof(TNumber).Name}", reference.Option(name));
}
