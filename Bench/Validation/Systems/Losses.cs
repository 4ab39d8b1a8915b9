using System.Numerics;
using Native.Kernels;

namespace Native.Bench;

/// <summary>The losses, one per value of the option <c>loss</c>.</summary>
internal sealed class LossesSystem : IReferenceSystem
{
    public void Run<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (run.Case.Option("loss"))
        {
            case "SquaredError":
                SquaredError(run);
                break;
            case "GaussianNll":
                GaussianNegativeLogLikelihood(run);
                break;
            case "BernoulliLogits":
                BernoulliWithLogits(run);
                break;
            case "CrossEntropy":
                CrossEntropy(run);
                break;
            case var other:
                throw run.Case.Bad("loss", "one of SquaredError, GaussianNll, BernoulliLogits, CrossEntropy", other);
        }
    }

    private static void SquaredError<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var prediction = run.Input("prediction");
        var target = run.Input("target");
        var loss = run.Overwritten(1);
        run.Dense.SquaredError(prediction, target, loss);
        run.Output("loss", loss);

        var dPrediction = run.Overwritten(prediction.Shape);
        var dTarget = run.Overwritten(target.Shape);
        run.Dense.SquaredErrorBackward(prediction, target, Scale(run), dPrediction, dTarget);
        run.Gradient("prediction", dPrediction);
        run.Gradient("target", dTarget);
    }

    private static void GaussianNegativeLogLikelihood<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var mean = run.Input("mean");
        var logVariance = run.Input("logvar");
        var target = run.Input("target");
        var loss = run.Overwritten(1);
        run.Dense.GaussianNegativeLogLikelihood(mean, logVariance, target, loss);
        run.Output("loss", loss);

        var dMean = run.Overwritten(mean.Shape);
        var dLogVariance = run.Overwritten(logVariance.Shape);
        run.Dense.GaussianNegativeLogLikelihoodBackward(mean, logVariance, target, Scale(run), dMean, dLogVariance);
        run.Gradient("mean", dMean);
        run.Gradient("logvar", dLogVariance);
    }

    private static void BernoulliWithLogits<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var logits = run.Input("logits");
        var target = run.Input("target");
        var loss = run.Overwritten(1);
        run.Dense.BernoulliWithLogits(logits, target, loss);
        run.Output("loss", loss);

        var dLogits = run.Overwritten(logits.Shape);
        run.Dense.BernoulliWithLogitsBackward(logits, target, Scale(run), dLogits);
        run.Gradient("logits", dLogits);
    }

    private static void CrossEntropy<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var logits = run.Input("logits");
        var label = run.Own(run.Device.Upload(Array.ConvertAll(run.Integer("label"), label => checked((int)label))));
        var ignore = run.Has("input/ignore") ? run.Own(run.Device.Upload(Array.ConvertAll(run.Integer("ignore"), flag => checked((byte)flag)))) : null;
        var loss = run.Overwritten(1);
        run.Dense.CrossEntropy(logits, label, ignore, loss);
        run.Output("loss", loss);

        var dLogits = run.Overwritten(logits.Shape);
        run.Dense.CrossEntropyBackward(logits, label, ignore, Scale(run), dLogits);
        run.Gradient("logits", dLogits);
    }

    private static T Scale<T>(CaseRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T> => run.Cotangent("loss").ToArray()[0];
}
