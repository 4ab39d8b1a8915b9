namespace Native.Models;

/// <summary>How a message passing layer aggregates the messages that enter a node. A node without incoming edges gets 0.</summary>
public enum Aggregation
{
    /// <summary><c>M_i = Σ_e m_e</c>.</summary>
    Sum,

    /// <summary><c>M_i = (1/n_i) Σ_e m_e</c>, <c>n_i</c> the number of edges into <c>i</c>.</summary>
    Mean,

    /// <summary><c>M_i = max_e m_e</c> per feature; the gradient goes to the first maximal edge.</summary>
    Max,

    /// <summary><c>M_i = min_e m_e</c> per feature; the gradient goes to the first minimal edge.</summary>
    Min,

    /// <summary><c>M_i = Σ_e α_e m_e</c>, <c>α</c> the softmax over the edges into <c>i</c> of the scores <c>a·m_e</c>, <c>a</c> the parameter <c>attention.weight [1, hidden]</c>.</summary>
    Softmax,
}
