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

/// <summary>What a row times.</summary>
internal enum SweepKind
{
    /// <summary>A sweep of an inference that is under way.</summary>
    Later,

    /// <summary>Stating the model, folding the data, and a sweep.</summary>
    First,

    /// <summary>Ten minibatches of a tenth of the data each, and the gates of all data at their end: twice the gates of a sweep.</summary>
    Minibatches,
}

/// <summary>A model with gates, its data and where inference starts.</summary>
internal interface ISweepModel
{
    /// <summary>The number of gates.</summary>
    int Data { get; }

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

/// <summary>A sweep of variational inference over all variables with its free energy, by the engine and by a plain loop; the first one includes stating the model and folding the data, and minibatches stand beside two plain sweeps.</summary>
internal sealed class SweepCase : DeviceCase<double>
{
    private readonly ISweepModel _model;
    private readonly SweepKind _kind;
    private readonly VariationalInference<double> _inference;

    public SweepCase(CompareSettings settings, ISweepModel model, SweepKind kind)
        : base(settings)
    {
        (_model, _kind) = (model, kind);
        _inference = Own(new VariationalInference<double>(Own(model.State(Device)), OneSweep));
    }

    /// <summary>The kinds, and what their rows are called.</summary>
    public static IEnumerable<(SweepKind Kind, string Name)> Kinds => [(SweepKind.Later, "later sweeps"), (SweepKind.First, "first sweep"), (SweepKind.Minibatches, "minibatches")];

    /// <summary>One sweep a run, whether at rest or not.</summary>
    public static VariationalOptions OneSweep { get; } = new() { MaximumSweeps = 1, Tolerance = 0 };

    public override Work Work => _kind == SweepKind.Minibatches ? _model.Work with { Operations = 2 * _model.Work.Operations } : _model.Work;

    public override IReadOnlyList<Peer> Peers =>
    [
        Peer.Available(PlainBeliefPropagation.Name, 0, () =>
        {
            var peer = _model.Peer();
            return new PeerRun(
                () =>
                {
                    if (_kind == SweepKind.First)
                    {
                        peer.Start(_model.Responsibilities);
                    }

                    peer.Sweep();
                    if (_kind == SweepKind.Minibatches)
                    {
                        // As many gates: of each minibatch, and of all data at their end.
                        peer.Sweep();
                    }
                },
                () => _model.Difference(Device));
        }),
    ];

    protected override void Launch()
    {
        switch (_kind)
        {
            case SweepKind.First:
                using (var graph = _model.State(Device))
                using (var inference = new VariationalInference<double>(graph, OneSweep))
                {
                    inference.Run();
                }

                break;
            case SweepKind.Minibatches:
                _inference.RunStochastic(new StochasticOptions { Batch = _model.Data / 10, LocalSweeps = 1 });
                break;
            default:
                _inference.Run();
                break;
        }
    }
}
