using Spot.Backbone;
using Spot.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>
/// All weights of a model, on a float32 copy of its own: the paper's model tuning baseline. With it, if asked for, a soft prompt for each task.
/// </summary>
/// <remarks>
/// Weights, gradients and optimiser states stay on the model's device. The passes may be computed in bfloat16: then the blocks' matrices are rounded
/// copies of the float32 parameters, to which every step is added.
/// </remarks>
internal sealed class ModelTrainable : ITrainable
{
    public const string KindName = "model";
    private readonly FrozenT5 _model;
    private readonly ModelGradient _gradients;
    private readonly TaskPrompts? _prompts;
    private readonly MixtureEvaluator? _evaluator;
    private readonly TensorParameter[] _parameters;

    /// <param name="model">The model to copy, in float32.</param>
    /// <param name="options">The checked options.</param>
    /// <param name="evaluator">Makes what scores the copy; null where nothing is evaluated.</param>
    /// <param name="type">What passes are computed in.</param>
    /// <param name="prompts">The tasks' prompts, which join the parameters; null for none. Disposed with this.</param>
    public ModelTrainable(
        FrozenT5 model, ModelTuningOptions options, Func<FrozenT5, MixtureEvaluator>? evaluator, ScalarType type = ScalarType.Float32, TaskPrompts? prompts = null)
    {
        _prompts = prompts;
        TensorParameter[] weights = model.Run<TensorParameter[]>(() => [.. model.Weights.Tensors.OrderBy(weight => weight.Key, StringComparer.Ordinal).Select(weight =>
            new TensorParameter(weight.Key, weight.Value, Optimizer(weight.Key, options), T5Layout.IsBlockMatrix(weight.Key) ? type : ScalarType.Float32))]);
        _parameters = prompts is null ? weights : [.. weights, prompts.Parameter];
        Dictionary<string, Tensor> tensors = weights.ToDictionary(weight => weight.Name, weight => weight.Weight, StringComparer.Ordinal);
        _model = model.With(new T5Weights(tensors, model.Config, model.Weights.Fingerprint), type);
        _gradients = new ModelGradient(_model, options, prompts?.OfTask);
        _evaluator = evaluator?.Invoke(_model);
    }

    public string Kind => KindName;

    public IReadOnlyList<Parameter> Parameters => _parameters;

    public double ForwardBackward(IReadOnlyList<EncodedExample> batch, long step) => _model.Run(() =>
    {
        Array.ForEach(_parameters, parameter => parameter.ClearGradient());
        return _gradients.ForwardBackward(batch, step, _prompts?.Parameter.Weight);
    });

    public double GradientNorm() => _model.Run(() => Norm(parameter => parameter.Gradient()));

    public void Apply(double rateFactor, double shrink) => _model.Run(() =>
    {
        Array.ForEach(_parameters, parameter => parameter.Apply(rateFactor, shrink));
        return true;
    });

    public string? NotFiniteGradient() => Place("gradient of ", parameter => parameter.Gradient());

    // The norm is finite only if all numbers are: one look for all parameters, which most steps need no more than.
    public string? NotFiniteValue() =>
        double.IsFinite(_model.Run(() => Norm(parameter => parameter.Numbers))) ? null : Place("", parameter => parameter.Numbers);

    /// <summary>Null: a model is too large to be copied at every step.</summary>
    public Action? Remember() => null;

    public TuningDivergedException Diverged(string message, int step, IReadOnlyList<TextExample> batch, float[][]? best) =>
        new(message + " The best checkpoint so far is in the output folder, if one was evaluated.") { Step = step, Batch = batch };

    public TuningEvaluation Evaluate(int step, CancellationToken cancellationToken) =>
        _evaluator!.Evaluate(task => _prompts?.Of(task, _model), step, cancellationToken);

    /// <summary>Writes weights as a checkpoint folder, as a model hub holds it: whole or not at all.</summary>
    /// <param name="values">The values of each parameter.</param>
    /// <param name="source">The folder whose configuration and vocabulary are copied.</param>
    /// <param name="target">The folder, which must not exist.</param>
    /// <param name="rounded">Whether weights are stored in bfloat16 instead of float32.</param>
    public void Write(float[][] values, string source, string target, bool rounded = false)
    {
        string temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(temporary);
        try
        {
            foreach (string file in new[] { "config.json", "spiece.model", "tokenizer.json", "tokenizer_config.json", "generation_config.json", "special_tokens_map.json" })
            {
                if (File.Exists(Path.Combine(source, file)))
                {
                    File.Copy(Path.Combine(source, file), Path.Combine(temporary, file));
                }
            }

            IEnumerable<SafetensorsEntry> tensors = _parameters.Where(parameter => parameter != _prompts?.Parameter).Zip(values, (parameter, array) => rounded
                ? SafetensorsEntry.RoundedToBFloat16(parameter.Name, [.. parameter.Shape], array)
                : SafetensorsEntry.Over(parameter.Name, [.. parameter.Shape], array));
            AtomicFile.Write(Path.Combine(temporary, "model.safetensors"), stream => SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["format"] = "pt" }));
            Directory.Move(temporary, target);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    public void Dispose() => Array.ForEach(_parameters, parameter => parameter.Dispose());

    private static OptimizerOptions Optimizer(string name, ModelTuningOptions options) =>
        options.Optimizer is MuonOptions muon && !T5Layout.IsBlockMatrix(name) ? muon.Others : options.Optimizer;

    // In one pass over the numbers; not finite where one of them is not.
    private double Norm(Func<TensorParameter, Tensor> tensors)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor[] norms = [.. _parameters.Select(parameter =>
        {
            using DisposeScope one = NewDisposeScope();
            return tensors(parameter).norm().MoveToOuterDisposeScope();
        })];
        return stack(norms).norm().item<float>();
    }

    private string? Place(string what, Func<TensorParameter, Tensor> tensors) => _model.Run(() =>
    {
        using DisposeScope scope = NewDisposeScope();
        return _parameters.Select(parameter => Divergence.Place(what + parameter.Name, HostCopy.Read(tensors(parameter)), parameter.Columns))
            .FirstOrDefault(place => place is not null);
    });
}
