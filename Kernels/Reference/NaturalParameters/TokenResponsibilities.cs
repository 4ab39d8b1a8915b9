namespace Native.Kernels.Reference;

internal sealed partial class ReferenceNaturalParameterKernels<T>
{
    protected override void TokenResponsibilitiesCore(
        DeviceEdgeIndex documents,
        DeviceEdgeIndex words,
        DeviceMatrix<T> logTheta,
        DeviceMatrix<T> logPhi,
        DeviceMatrix<T> responsibilities,
        DeviceMatrix<T> thetaCounts,
        DeviceMatrix<T> phiCounts,
        DeviceTensor<T> logEvidence)
    {
        Cells<T> theta = logTheta, phi = logPhi, r = responsibilities, thetaCount = thetaCounts, phiCount = phiCounts, evidence = logEvidence;
        var topics = theta.Rows;
        var logits = new double[topics];
        var ofDocument = new double[topics, documents.Nodes];
        var ofWord = new double[topics, words.Nodes];
        var total = 0.0;
        for (var t = 0; t < documents.Edges; t++)
        {
            var (document, word) = (documents.Host.Index[t], words.Host.Index[t]);
            for (long k = 0; k < topics; k++)
            {
                logits[k] = theta[k, document] + phi[k, word];
            }

            total += SoftmaxInPlace(logits, t);
            for (long k = 0; k < topics; k++)
            {
                ofDocument[k, document] += logits[k];
                ofWord[k, word] += logits[k];
                if (!r.IsAbsent)
                {
                    r[k, t] = logits[k];
                }
            }
        }

        for (long k = 0; k < topics; k++)
        {
            for (var document = 0; document < documents.Nodes; document++)
            {
                thetaCount[k, document] = ofDocument[k, document];
            }

            for (var word = 0; word < words.Nodes; word++)
            {
                phiCount[k, word] = ofWord[k, word];
            }
        }

        evidence[0] = total;
    }
}
