namespace Spot.Backbone;

/// <summary>The feed-forward layer of a T5: <c>feed_forward_proj</c> of its config.json.</summary>
public enum T5Activation
{
    /// <summary><c>relu</c>: wo(relu(wi x)), the first T5.</summary>
    Relu,

    /// <summary><c>gated-gelu</c>: wo(gelu(wi_0 x) · wi_1 x) with gelu by tanh; T5 v1.1, LM-adapted, flan and mT5.</summary>
    GatedGelu,

    /// <summary><c>gated-silu</c>: wo(silu(wi_0 x) · wi_1 x).</summary>
    GatedSilu,
}
