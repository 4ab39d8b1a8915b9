namespace Native.Kernels;

public abstract partial class NaturalParameterKernels<T>
{
    /// <summary>
    /// Expectation step of a topic model in one pass over the tokens. Token <c>t</c>, the word <c>w(t)</c> in the document <c>d(t)</c>, belongs to topic <c>k</c> with the logit
    /// <c>l[k, t] = logTheta[k, d(t)] + logPhi[k, w(t)]</c>; its responsibilities are <c>r[·, t] = softmax(l[·, t])</c>. From them
    /// <c>thetaCounts[k, d] = Σ_{t: d(t)=d} r[k, t]</c>, <c>phiCounts[k, w] = Σ_{t: w(t)=w} r[k, t]</c> and <c>logEvidence = Σ_t log Σ_k exp l[k, t]</c>.
    /// Neither the logits nor, unless asked for, the responsibilities are kept.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Any mixture whose log weights are a sum of two tables read through two index maps is of this form. With <c>logTheta = ⟨log θ⟩</c> and <c>logPhi = ⟨log φ⟩</c> of Dirichlet
    /// variables, the counts are the messages to them.
    /// </para>
    /// <para>
    /// Exponentials are taken of the tables, less the largest entry of their column, and not of the logits: a token costs <c>K</c> products. Where they underflow, the token is
    /// computed from its logits.
    /// </para>
    /// <para>
    /// Entries may be <c>-∞</c>, a probability of 0. A token whose logits are all <c>-∞</c> has responsibilities of 0 and makes the evidence <c>-∞</c>. A logit that is NaN or <c>+∞</c>
    /// makes every responsibility of its token NaN, with them the counts of its document and its word, and the evidence; the device's status word takes the number of the first such token.
    /// A document or word without tokens has counts of 0, whatever its column holds.
    /// </para>
    /// <para>Sums over tokens are cut into blocks by the shapes and the index maps alone and combined in their order: results are bitwise equal for any number of threads.</para>
    /// <para>Source: D. Blei, A. Ng and M. Jordan, Latent Dirichlet allocation, JMLR 3 (2003), equations 6 and 8 and section 5.4.</para>
    /// </remarks>
    /// <param name="documents">Document of every token, <c>[N]</c> in <c>[0, D)</c>.</param>
    /// <param name="words">Word of every token, <c>[N]</c> in <c>[0, V)</c>.</param>
    /// <param name="logTheta">Log weights of the topics in every document, <c>[K, D]</c>, <c>K</c> at least 1.</param>
    /// <param name="logPhi">Log probabilities of every word in the topics, <c>[K, V]</c>.</param>
    /// <param name="responsibilities"><c>r [K, N]</c>; overwritten; may be absent.</param>
    /// <param name="thetaCounts">Expected numbers of tokens by topic and document, <c>[K, D]</c>; overwritten.</param>
    /// <param name="phiCounts">Expected numbers of tokens by topic and word, <c>[K, V]</c>; overwritten.</param>
    /// <param name="logEvidence">Log evidence of all tokens, <c>[1]</c>, in nats; overwritten.</param>
    public void TokenResponsibilities(
        DeviceEdgeIndex documents,
        DeviceEdgeIndex words,
        DeviceMatrix<T> logTheta,
        DeviceMatrix<T> logPhi,
        DeviceMatrix<T> responsibilities,
        DeviceMatrix<T> thetaCounts,
        DeviceMatrix<T> phiCounts,
        DeviceTensor<T> logEvidence)
    {
        Check.Index(Device, documents);
        Check.Index(Device, words);
        if (words.Edges != documents.Edges)
        {
            throw new ArgumentException($"words: expected the words of {documents.Edges} tokens, as many as documents has, but got {words.Edges}.", nameof(words));
        }

        Check.Present(Device, logTheta);
        Check.Components(logTheta);
        Check.Matrix(Device, logTheta, logTheta.Rows, documents.Nodes);
        Check.Matrix(Device, logPhi, logTheta.Rows, words.Nodes);
        Check.OptionalOutput(Device, responsibilities, logTheta.Rows, documents.Edges);
        Check.Output(Device, thetaCounts, logTheta.Rows, documents.Nodes);
        Check.Output(Device, phiCounts, logTheta.Rows, words.Nodes);
        Check.Vector(Device, logEvidence, 1);
        Check.Apart(responsibilities, logTheta);
        Check.Apart(responsibilities, logPhi);
        Check.Apart(thetaCounts, logTheta);
        Check.Apart(thetaCounts, logPhi);
        Check.Apart(phiCounts, logTheta);
        Check.Apart(phiCounts, logPhi);
        Check.Apart(logEvidence, logTheta);
        Check.Apart(logEvidence, logPhi);
        TokenResponsibilitiesCore(documents, words, logTheta, logPhi, responsibilities, thetaCounts, phiCounts, logEvidence);
    }

    /// <summary>Device side of <see cref="TokenResponsibilities"/>; arguments are checked.</summary>
    protected abstract void TokenResponsibilitiesCore(
        DeviceEdgeIndex documents,
        DeviceEdgeIndex words,
        DeviceMatrix<T> logTheta,
        DeviceMatrix<T> logPhi,
        DeviceMatrix<T> responsibilities,
        DeviceMatrix<T> thetaCounts,
        DeviceMatrix<T> phiCounts,
        DeviceTensor<T> logEvidence);
}
