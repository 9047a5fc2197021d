using Mono.Cecil;
using Mono.Cecil.Cil;
using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;
using TorchSharp;

namespace Spot.Tests.Tuning;

/// <summary>A step of model tuning leaves weights and optimiser states where they are.</summary>
[Collection(Alone.Name)] // copies are counted in the whole process
public sealed class ModelStepTests : IDisposable
{
    private static readonly EncodedExample[] Batch = [.. Enumerable.Range(0, 4).Select(i => new EncodedExample([3 + i, 9, 4 + (i % 3), 1], [5 + i, 1]))];
    private readonly FrozenT5 _model = TestModels.Load(TestPaths.Golden(Path.Combine("t5", "v1_1")));

    public void Dispose() => _model.Dispose();

    public static TheoryData<OptimizerOptions, torch.ScalarType> Optimizers() => new()
    {
        { new AdafactorOptions(), torch.ScalarType.Float32 },
        { new AdamWOptions(), torch.ScalarType.Float32 },
        { new MuonOptions(), torch.ScalarType.Float32 },
        { new AdafactorOptions { Beta1 = 0.9 }, torch.ScalarType.BFloat16 },
    };

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_step_copies_nothing_to_the_host(OptimizerOptions optimizer, torch.ScalarType type)
    {
        ModelTuningOptions options = new() { Optimizer = optimizer, BatchSize = 4 };
        using ModelTrainable trainable = new(_model, options, null, type);
        float[] before = trainable.Parameters[0].Read();
        long copies = HostCopy.Count;
        for (int step = 0; step < 3; step++)
        {
            Assert.True(double.IsFinite(trainable.ForwardBackward(Batch, step)));
            Assert.True(trainable.GradientNorm() > 0);
            trainable.Apply(1, 0.5);
            Assert.Null(trainable.NotFiniteValue());
        }

        Assert.Equal(copies, HostCopy.Count);
        Assert.NotEqual(before, trainable.Parameters[0].Read());
        Assert.True(HostCopy.Count > copies); // it does count
    }

    /// <summary>And there is no other way to the host: only the counted one asks a tensor for its memory.</summary>
    [Fact]
    public void Only_one_place_reads_the_memory_of_weights()
    {
        string[] direct = ["cpu", "get_bytes", "data", "frombuffer", "ToArray"];
        string[] types = [nameof(ModelTrainable), nameof(TensorParameter), nameof(TensorOptimizer), nameof(TensorAdafactor), nameof(TensorAdamW), nameof(TensorMuon), nameof(ModelGradient), nameof(AutogradPass)];
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(ModelTrainable).Assembly.Location);
        IEnumerable<TypeDefinition> all = assembly.MainModule.Types.Where(type => types.Contains(type.Name)).SelectMany(type => type.NestedTypes.Prepend(type));
        string[] found = [.. all.SelectMany(type => type.Methods).Where(method => method.HasBody).SelectMany(method => method.Body.Instructions
            .Where(i => i.OpCode.Code is Code.Call or Code.Callvirt && i.Operand is MethodReference called
                && called.DeclaringType.FullName.StartsWith("TorchSharp", StringComparison.Ordinal) && direct.Contains(called.Name))
            .Select(i => $"{method.Name}: {((MethodReference)i.Operand).Name}"))];
        Assert.Empty(found);
    }
}
