using System.Numerics;
using BenchmarkDotNet.Attributes;
using Native.Kernels;

namespace Native.Bench;

/// <summary>Times <c>TokenResponsibilities</c>: the expectation step of a topic model, 20,000 tokens of 200 documents and 60 words.</summary>
/// <typeparam name="T">float or double.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class TokenResponsibilitiesBenchmark<T> : KernelBenchmark<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Documents = 200;
    private const int Length = 100;
    private const int Vocabulary = 60;

    private DeviceEdgeIndex _documents = null!;
    private DeviceEdgeIndex _words = null!;
    private DeviceTensor<T> _logTheta = null!;
    private DeviceTensor<T> _logPhi = null!;
    private DeviceTensor<T> _thetaCounts = null!;
    private DeviceTensor<T> _phiCounts = null!;
    private DeviceTensor<T> _logEvidence = null!;

    /// <summary>Number of topics.</summary>
    [Params(3, 20)]
    public int Topics { get; set; }

    [Benchmark]
    public void OnePass()
    {
        Device.NaturalParameters<T>().TokenResponsibilities(_documents, _words, _logTheta, _logPhi, default, _thetaCounts, _phiCounts, _logEvidence);
        Device.Synchronize();
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        var random = new Random(1);
        int[] documents = new int[Documents * Length], words = new int[Documents * Length];
        for (var t = 0; t < words.Length; t++)
        {
            (documents[t], words[t]) = (t / Length, random.Next(Vocabulary));
        }

        _documents = Own(Device.Upload(EdgeIndex.Create(documents, Documents)));
        _words = Own(Device.Upload(EdgeIndex.Create(words, Vocabulary)));
        _logTheta = Random(Topics, Documents);
        _logPhi = Random(Topics, Vocabulary);
        _thetaCounts = Allocate(Topics, Documents);
        _phiCounts = Allocate(Topics, Vocabulary);
        _logEvidence = Allocate(1);
    }
}
