namespace Native.Kernels;

/// <summary>The elementwise activations, by the names that options and files use.</summary>
public enum Activation
{
    /// <summary><see cref="Kernels.Identity"/>.</summary>
    Identity,

    /// <summary><see cref="Relu"/>.</summary>
    ReLU,

    /// <summary><see cref="LeakyRelu"/> with slope 0.01.</summary>
    LeakyReLU,

    /// <summary><see cref="Elu"/> with α = 1.</summary>
    ELU,

    /// <summary><see cref="Kernels.Tanh"/>.</summary>
    Tanh,

    /// <summary><see cref="Kernels.Sigmoid"/>.</summary>
    Sigmoid,

    /// <summary><see cref="Kernels.Softplus"/>.</summary>
    Softplus,

    /// <summary><see cref="Gelu"/>, erf form.</summary>
    GELU,

    /// <summary><see cref="Silu"/>.</summary>
    SiLU,
}

/// <summary>Work that takes an activation as a type argument; see <see cref="ActivationExtensions.Dispatch"/>.</summary>
public interface IActivationVisitor
{
    /// <summary>Does the work with <typeparamref name="TActivation"/>.</summary>
    void Visit<TActivation>()
        where TActivation : struct, IActivation;
}

/// <summary>The way from <see cref="Activation"/> values to type arguments.</summary>
public static class ActivationExtensions
{
    /// <summary>Calls <paramref name="visitor"/> with the type that <paramref name="activation"/> names. Allocates nothing; results stay in the visitor.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="activation"/> is no named value.</exception>
    public static void Dispatch<TVisitor>(this Activation activation, ref TVisitor visitor)
        where TVisitor : struct, IActivationVisitor, allows ref struct
    {
        switch (activation)
        {
            case Activation.Identity:
                visitor.Visit<Identity>();
                break;
            case Activation.ReLU:
                visitor.Visit<Relu>();
                break;
            case Activation.LeakyReLU:
                visitor.Visit<LeakyRelu>();
                break;
            case Activation.ELU:
                visitor.Visit<Elu>();
                break;
            case Activation.Tanh:
                visitor.Visit<Tanh>();
                break;
            case Activation.Sigmoid:
                visitor.Visit<Sigmoid>();
                break;
            case Activation.Softplus:
                visitor.Visit<Softplus>();
                break;
            case Activation.GELU:
                visitor.Visit<Gelu>();
                break;
            case Activation.SiLU:
                visitor.Visit<Silu>();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "Expected one of Identity, ReLU, LeakyReLU, ELU, Tanh, Sigmoid, Softplus, GELU, SiLU.");
        }
    }
}
