using System.Numerics;
using Native.Kernels;

namespace Native.Models;

/// <summary>
/// A plate of factors of a <see cref="VariationalGraph{T}"/>: it sends messages to the variables that it touches, and has a term in the free energy.
/// </summary>
/// <remarks>
/// <para>
/// The message to a variable is the expectation of <c>log f</c> over the posteriors of the other variables, as natural parameters of that variable (Winn and Bishop 2005, equation 13).
/// A factor reads the moments of its neighbours (<see cref="VariableArray{T}.Moments"/>) and keeps no messages.
/// </para>
/// <para>
/// A factor may be a whole structured block: a chain of Gaussians with exact smoothing inside, a regression with its weights, the responsibilities of a mixture. Such a factor <see cref="Owns"/> the
/// variables whose joint posterior it holds. The engine then calls <see cref="Update"/> in place of adding up messages (of a factor that has its own posterior besides, at the end of a sweep); the block computes its posterior, writes the marginal moments that other factors
/// read, lists what it has to keep in <see cref="State"/>, and its term of the free energy includes <c>E_q[log q]</c> of all that it owns.
/// </para>
/// <para>All is queued on the device; nothing is downloaded, and nothing allocated after the first sweep.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class FactorArray<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>For factors.</summary>
    /// <param name="device">The device of the graph.</param>
    /// <param name="name">The name in messages, files and drawings: that of the variable that it generates.</param>
    /// <param name="kind">What it is, in a word or two.</param>
    /// <param name="plates">The number of factors.</param>
    /// <param name="variables">The variables that it touches, the one that it generates (if any) first.</param>
    protected FactorArray(Device device, string name, string kind, int plates, IReadOnlyList<VariableArray<T>> variables)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(variables);
        Device = device;
        Name = name;
        Kind = kind;
        Plates = plates;
        Variables = variables;
    }

    /// <summary>The name in messages, files and drawings.</summary>
    public string Name { get; }

    /// <summary>What it is, in a word or two.</summary>
    public string Kind { get; }

    /// <summary>The number of factors.</summary>
    public int Plates { get; }

    /// <summary>The variables that it touches; of the factor that generates a variable, that one first.</summary>
    public IReadOnlyList<VariableArray<T>> Variables { get; }

    /// <summary>The device.</summary>
    protected Device Device { get; }

    /// <summary>What a sweep after this one depends on besides the posteriors of the variables that the factor does not own: saved, resumed, and restored after an error.</summary>
    public virtual IReadOnlyList<KeyValuePair<string, DeviceTensor<T>>> State => [];

    /// <summary>Whether the factor computes the posterior of a variable itself, in <see cref="Update"/>.</summary>
    /// <param name="variable">One of <see cref="Variables"/>.</param>
    public virtual bool Owns(VariableArray<T> variable) => false;

    /// <summary>Whether the factor has a posterior besides those of the graph's variables: <see cref="Update"/> is then called at the end of every sweep.</summary>
    public virtual bool HasOwnPosterior => false;

    /// <summary>Whether an update of what the factor owns never raises the free energy; a rise is an error then, and is counted otherwise.</summary>
    public virtual bool Descends => true;

    /// <summary>Called once, when all observations are known and before the first message: allocates, uploads, and folds observations.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>Called once, when every variable has its start: a block computes what its neighbours read in the first sweep.</summary>
    public virtual void Start()
    {
    }

    /// <summary>Adds the message to a variable: <c>η += Σ E[natural parameters of log f]</c> over the factors that touch each of its plates.</summary>
    /// <param name="target">One of <see cref="Variables"/>, which the factor does not own.</param>
    /// <param name="natural"><c>η [K, n]</c> of the target; accumulates.</param>
    public abstract void AddMessage(VariableArray<T> target, DeviceMatrix<T> natural);

    /// <summary>The factor's term of the free energy in nats: <c>-Σ E_q[log f]</c>, and <c>+ Σ E_q[log q(x)]</c> for the latent variables that it generates or owns.</summary>
    /// <param name="term">Receives the number, <c>[1, 1]</c>; overwritten.</param>
    public abstract void FreeEnergy(DeviceMatrix<T> term);

    /// <summary>Computes the posterior of the variables that the factor owns.</summary>
    public virtual void Update() => throw new NotSupportedException($"{Name}: this factor owns no variable.");

    /// <summary>Frees the device's memory.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>For factors: frees the device's memory.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>The known prior of a variable: its natural parameters are the message, its divergence is the term of the free energy.</summary>
internal sealed class PriorFactor<T>(Device device, VariableArray<T> variable) : FactorArray<T>(device, variable.Name, "prior", variable.Plates, [variable])
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void AddMessage(VariableArray<T> target, DeviceMatrix<T> natural) => Device.Dense<T>().AddScaled(T.One, target.Prior, T.One, natural);

    public override void FreeEnergy(DeviceMatrix<T> term) => Variables[0].Divergence(term);
}
