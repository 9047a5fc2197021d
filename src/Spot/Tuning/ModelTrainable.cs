using System.Runtime.InteropServices;
using Spot.Backbone;
using Spot.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>
/// All weights of a model, on a float32 copy of its own: the paper's model tuning baseline. With it, if asked for, a soft prompt for each task.
/// </summary>
/// <remarks>
/// The passes may be computed in bfloat16: then the blocks' matrices are rounded copies of the float32 parameters, to which every step is added.
/// The parameters' arrays are copied into the weights' tensors before these are used. On the CPU the tensors could be views of the arrays, but
/// libtorch's products depend in the last bit on where a matrix lies, and arrays lie anywhere.
/// </remarks>
internal sealed class ModelTrainable : ITrainable
{
    public const string KindName = "model";
    private readonly FrozenT5 _model;
    private readonly ModelGradient _gradients;
    private readonly TaskPrompts? _prompts;
    private readonly MixtureEvaluator? _evaluator;
    private readonly Tensor[] _weights;
    private readonly float[] _staged;
    private readonly bool _onCpu;

    /// <param name="model">The model to copy, in float32.</param>
    /// <param name="options">The checked options.</param>
    /// <param name="evaluator">Makes what scores the copy; null where nothing is evaluated.</param>
    /// <param name="type">What passes are computed in.</param>
    /// <param name="prompts">The tasks' prompts, which join the parameters; null for none.</param>
    public ModelTrainable(
        FrozenT5 model, TuningOptions options, Func<FrozenT5, MixtureEvaluator>? evaluator, ScalarType type = ScalarType.Float32, TaskPrompts? prompts = null)
    {
        _onCpu = model.Device.type == DeviceType.CPU;
        _prompts = prompts;
        Parameter[] weights = [.. model.Weights.Tensors.OrderBy(weight => weight.Key, StringComparer.Ordinal).Select(weight => Copy(weight.Key, weight.Value, options, type))];
        Parameters = prompts is null ? weights : [.. weights, prompts.Parameter];
        _weights = [.. Parameters.Select(parameter => Leaf(parameter, model.Device, T5Layout.IsBlockMatrix(parameter.Name) ? type : ScalarType.Float32))];
        _staged = new float[Parameters.Max(parameter => parameter.Values.Length)];
        Dictionary<string, Tensor> tensors = weights.Zip(_weights).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
        _model = new FrozenT5(new T5Weights(tensors, model.Config, model.Weights.Fingerprint), model.Config, model.Device, type);
        _gradients = new ModelGradient(_model, options, prompts?.OfTask);
        _evaluator = evaluator?.Invoke(_model);
    }

    public string Kind => KindName;

    public IReadOnlyList<Parameter> Parameters { get; }

    public double Compute(IReadOnlyList<EncodedExample> batch, long step)
    {
        Upload();
        foreach (Tensor weight in _weights)
        {
            using Tensor? gradient = weight.grad;
            gradient?.zero_();
        }

        return _gradients.Compute(batch, step, _prompts is null ? null : _weights[^1]);
    }

    public Span<float> Gradient(int parameter)
    {
        Span<float> staged = _staged.AsSpan(0, Parameters[parameter].Values.Length);
        using Tensor? gradient = _weights[parameter].grad; // its memory belongs to the weight
        if (gradient is null)
        {
            staged.Clear(); // no example of the batch had a prompt
            return staged;
        }

        if (_onCpu && gradient.dtype == ScalarType.Float32)
        {
            return MemoryMarshal.Cast<byte, float>(gradient.bytes);
        }

        using Tensor wide = gradient.to(ScalarType.Float32);
        using Tensor copy = wide.cpu();
        MemoryMarshal.Cast<byte, float>(copy.bytes).CopyTo(staged);
        return staged;
    }

    public TuningEvaluation Evaluate(int step, CancellationToken cancellationToken)
    {
        Upload();
        return _evaluator!.Evaluate(task => _prompts?.Of(task, _model), step, cancellationToken);
    }

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
            foreach (string file in new[] { "config.json", "spiece.model", "tokenizer_config.json", "generation_config.json", "special_tokens_map.json" })
            {
                if (File.Exists(Path.Combine(source, file)))
                {
                    File.Copy(Path.Combine(source, file), Path.Combine(temporary, file));
                }
            }

            IEnumerable<SafetensorsEntry> tensors = Parameters.Where(parameter => parameter != _prompts?.Parameter).Zip(values, (parameter, array) => rounded
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

    public void Dispose()
    {
        _model.Dispose();
        _weights[^1].Dispose(); // the prompts, if there are any
    }

    private static Parameter Copy(string name, Tensor weight, TuningOptions options, ScalarType type)
    {
        using Tensor values = weight.to(ScalarType.Float32).cpu().contiguous();
        return new Parameter(name, [.. weight.shape], MemoryMarshal.Cast<byte, float>(values.bytes).ToArray(), Optimizer(name, options), type == ScalarType.BFloat16);
    }

    private static OptimizerOptions Optimizer(string name, TuningOptions options) =>
        options.Optimizer is MuonOptions muon && !T5Layout.IsBlockMatrix(name) ? muon.Others : options.Optimizer;

    private static Tensor Leaf(Parameter parameter, Device device, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        return empty(parameter.Shape, type, device).requires_grad_().DetachFromDisposeScope();
    }

    private void Upload()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        for (int i = 0; i < _weights.Length; i++)
        {
            _weights[i].copy_(frombuffer(Parameters[i].Values, ScalarType.Float32).view(Parameters[i].Shape));
        }
    }
}
