using System.Runtime.InteropServices;
using Spot.Backbone;
using Spot.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>All weights of a model, on a float32 copy of its own: the paper's model tuning baseline.</summary>
/// <remarks>
/// The parameters' arrays are copied into the weights' tensors before these are used. On the CPU the tensors could be views of the arrays, but
/// libtorch's products depend in the last bit on where a matrix lies, and arrays lie anywhere.
/// </remarks>
internal sealed class ModelTrainable : ITrainable
{
    public const string KindName = "model";
    private readonly FrozenT5 _model;
    private readonly ModelGradient _gradients;
    private readonly ITaskEvaluator? _evaluator;
    private readonly Tensor[] _weights;
    private readonly float[] _staged;
    private readonly bool _onCpu;

    /// <param name="model">The model to copy, in float32.</param>
    /// <param name="options">The checked options.</param>
    /// <param name="evaluator">Makes what scores the copy; null where nothing is evaluated.</param>
    public ModelTrainable(FrozenT5 model, TuningOptions options, Func<FrozenT5, ITaskEvaluator>? evaluator)
    {
        _onCpu = model.Device.type == DeviceType.CPU;
        Parameters = [.. model.Weights.Tensors.OrderBy(weight => weight.Key, StringComparer.Ordinal).Select(weight => Copy(weight.Key, weight.Value, options))];
        _weights = [.. Parameters.Select(parameter => Leaf(parameter, model.Device))];
        _staged = _onCpu ? [] : new float[Parameters.Max(parameter => parameter.Values.Length)];
        Dictionary<string, Tensor> tensors = Parameters.Zip(_weights).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
        _model = new FrozenT5(new T5Weights(tensors, model.Config, model.Weights.Fingerprint), model.Config, model.Device, ScalarType.Float32);
        _gradients = new ModelGradient(_model, options);
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

        return _gradients.Compute(batch, step);
    }

    public Span<float> Gradient(int parameter)
    {
        using Tensor gradient = _weights[parameter].grad!; // its memory belongs to the weight
        if (_onCpu)
        {
            return MemoryMarshal.Cast<byte, float>(gradient.bytes);
        }

        using Tensor copy = gradient.cpu();
        Span<float> staged = _staged.AsSpan(0, Parameters[parameter].Values.Length);
        MemoryMarshal.Cast<byte, float>(copy.bytes).CopyTo(staged);
        return staged;
    }

    public TuningEvaluation Evaluate(int step, CancellationToken cancellationToken)
    {
        Upload();
        return _evaluator!.Evaluate(null, step, cancellationToken);
    }

    /// <summary>Writes weights as a checkpoint folder, as a model hub holds it: whole or not at all.</summary>
    /// <param name="values">The values of each parameter.</param>
    /// <param name="source">The folder whose configuration and vocabulary are copied.</param>
    /// <param name="target">The folder, which must not exist.</param>
    public void Write(float[][] values, string source, string target)
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

            IEnumerable<SafetensorsEntry> tensors = Parameters.Zip(values, (parameter, array) => SafetensorsEntry.Over(parameter.Name, [.. parameter.Shape], array));
            AtomicFile.Write(Path.Combine(temporary, "model.safetensors"), stream => SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["format"] = "pt" }));
            Directory.Move(temporary, target);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    public void Dispose() => _model.Dispose();

    private static Parameter Copy(string name, Tensor weight, TuningOptions options)
    {
        using Tensor values = weight.to(ScalarType.Float32).cpu().contiguous();
        return new Parameter(name, [.. weight.shape], MemoryMarshal.Cast<byte, float>(values.bytes).ToArray(), options.Optimizer);
    }

    private static Tensor Leaf(Parameter parameter, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        return empty(parameter.Shape, ScalarType.Float32, device).requires_grad_().DetachFromDisposeScope();
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
