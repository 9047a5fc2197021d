using System.Globalization;
using Spot.Backbone;

namespace Spot.Cli;

/// <summary><c>spot model info</c>: what a checkpoint is.</summary>
internal sealed class ModelInfoCommand : ToolCommand
{
    private readonly ModelChoice _model = new();

    public ModelInfoCommand(Terminal terminal)
        : base("info", "Say what a checkpoint is: shape, parameters, fingerprint, where it would compute.", terminal) => Add(_model);

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(_model.Folder(call.Parsed));
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        T5Config config = backbone.Config;
        CultureInfo invariant = CultureInfo.InvariantCulture;
        call.Result(
            new { backbone.Name, folder, backbone.Fingerprint, parameters = backbone.ParameterCount, backbone.Device, backbone.Precision, tokens = backbone.Tokenizer.VocabularySize, config },
            () =>
            {
                foreach ((string name, string value) in new[]
                {
                    ("name", backbone.Name), ("folder", folder), ("fingerprint", backbone.Fingerprint), ("parameters", backbone.ParameterCount.ToString("N0", invariant)),
                    ("width", config.Dim.ToString(invariant)), ("layers", string.Create(invariant, $"{config.EncoderLayers} encoder, {config.DecoderLayers} decoder")),
                    ("heads", string.Create(invariant, $"{config.Heads} of {config.HeadDim}")), ("feed-forward", string.Create(invariant, $"{config.FeedForwardDim}, {config.Activation}")),
                    ("vocabulary", string.Create(invariant, $"{config.VocabularySize} rows, {backbone.Tokenizer.VocabularySize} tokens")), ("computes on", $"{backbone.Device} in {backbone.Precision}"),
                })
                {
                    call.Say($"{name,-14} {value}");
                }
            });
        call.Next($"spot tune DATA{(_model.IsBundled(call.Parsed) ? "" : $" --model {Shell.Quote(_model.Folder(call.Parsed))}")}");
        return ExitCode.Done;
    }
}
