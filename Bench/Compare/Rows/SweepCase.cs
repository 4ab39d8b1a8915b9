using Native.Kernels;
using Native.Models;

namespace Native.Bench;

/// <summary>A plain loop that does whole sweeps of a model with gates.</summary>
internal interface IPlainSweeps
{
    /// <summary>Starts with responsibilities, a row per gate.</summary>
    void Start(double[] responsibilities);

    /// <summary>Updates every variable once.</summary>
    void Sweep();
}

/// <summary>A model with gates, its data and where inference starts.</summary>
internal interface ISweepModel
{
    /// <summary>Where the gates start, a row per gate.</summary>
    double[] Responsibilities { get; }

    /// <summary>The work of a later sweep.</summary>
    Work Work { get; }

    /// <summary>The model stated for the engine.</summary>
    VariationalGraph<double> State(Device device);

    /// <summary>The model as a plain loop, at its start.</summary>
    IPlainSweeps Peer();

    /// <summary>The largest difference from the plain loop after some sweeps from the start.</summary>
    double Difference(Device device, int sweeps = 5);
}

/// <summary>A sweep of variational inference over all variables with its free energy, by the engine and by a plain loop; the first one includes stating the model and folding the data.</summary>
internal sealed class SweepCase : DeviceCase<double>
{
    private readonly ISweepModel _model;
    private readonly bool _isFirst;
    private readonly VariationalInference<double> _inference;

    public SweepCase(CompareSettings settings, ISweepModel model, bool isFirst)
        : base(settings)
    {
        (_model, _isFirst) = (model, isFirst);
        _inference = Own(new VariationalInference<double>(Own(model.State(Device)), OneSweep));
    }

    /// <summary>One sweep a run, whether at rest or not.</summary>
    public static VariationalOptions OneSweep { get; } = new() { MaximumSweeps = 1, Tolerance = 0 };

    public override Work Work => _model.Work;

    public override IReadOnlyList<Peer> Peers =>
    [
        Peer.Available(PlainBeliefPropagation.Name, 0, () =>
        {
            var peer = _model.Peer();
            return new PeerRun(
                () =>
                {
                    if (_isFirst)
                    {
                        peer.Start(_model.Responsibilities);
                    }

                    peer.Sweep();
                },
                () => _model.Difference(Device));
        }),
    ];

    protected override void Launch()
    {
        if (_isFirst)
        {
            using var graph = _model.State(Device);
            using var inference = new VariationalInference<double>(graph, OneSweep);
            inference.Run();
        }
        else
        {
            _inference.Run();
        }
    }
}
