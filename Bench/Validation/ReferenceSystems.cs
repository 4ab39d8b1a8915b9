namespace Native.Bench;

/// <summary>The systems that reference cases can be run for, by the name in the files. A new system is one class and one line here.</summary>
internal static class ReferenceSystems
{
    /// <summary>All supported systems.</summary>
    public static IReadOnlyDictionary<string, IReferenceSystem> All { get; } = new SortedDictionary<string, IReferenceSystem>(StringComparer.Ordinal)
    {
        ["accumulate"] = new AccumulateSystem(),
        ["aggregate"] = new AggregateSystem(),
        ["attention"] = new SoftmaxAttentionSystem(),
        ["attention_message_passing"] = new AttentionMessagePassingSystem(),
        ["batch_norm"] = new BatchNormSystem(),
        ["belief_propagation"] = new BeliefPropagationSystem(),
        ["bernoulli_sample"] = new BernoulliSampleSystem(),
        ["damped_update"] = new DampedUpdateSystem(),
        ["edge_dot"] = new EdgeDotSystem(),
        ["gather"] = new GatherSystem(),
        ["gaussian_kl"] = new GaussianKlSystem(),
        ["gumbel_softmax"] = new GumbelSoftmaxSystem(),
        ["gumbel_top_k"] = new GumbelTopKSystem(),
        ["layer_norm"] = new LayerNormSystem(),
        ["linear"] = new LinearSystem(),
        ["log_softmax"] = new LogSoftmaxSystem(),
        ["losses"] = new LossesSystem(),
        ["message_passing_layer"] = new MessagePassingLayerSystem(),
        ["mlp"] = new MlpSystem(),
        ["natural_parameters"] = new NaturalParametersSystem(),
        ["normalised_aggregation"] = new NormalisedAggregationSystem(),
        ["optimizer"] = new OptimizerSystem(),
        ["philox"] = new PhiloxSystem(),
        ["reparameterize"] = new ReparameterizeSystem(),
        ["row_softmax"] = new RowSoftmaxSystem(),
        ["scatter_add"] = new ScatterAddSystem(),
        ["segment_reduce"] = new SegmentReduceSystem(),
        ["unified_message_passing"] = new UnifiedMessagePassingSystem(),
        ["vmp"] = new VariationalMessagePassingSystem(),
    };
}
