using Mono.Cecil;
using Mono.Cecil.Cil;
using Spot.Backbone;
using TorchSharp;

namespace Spot.Tests.Backbone;

/// <summary>
/// No compiled line makes a TorchSharp scalar that nobody holds: the garbage collector may free it while native code reads it, and a product is
/// wrong or a call fails once in a million times.
/// </summary>
public class TemporaryScalarTests
{
    private const string Scalar = "TorchSharp.Scalar";

    private static readonly ModuleDefinition Torch = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
    private static readonly HashSet<string> Makers = FindMakers();

    public static TheoryData<string> Assemblies => [typeof(FrozenT5).Assembly.Location, typeof(TemporaryScalarTests).Assembly.Location];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_scalar_is_temporary(string assembly)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(assembly);
        List<string> found = [];
        foreach (MethodDefinition method in Methods(module))
        {
            foreach (Instruction instruction in method.Body.Instructions)
            {
                if (instruction.Operand is MethodReference called && (Makers.Contains(called.FullName) || (MakesScalar(called) && !IsKept(method, instruction.Next))))
                {
                    found.Add($"{method.FullName} calls {called.FullName}");
                }
            }
        }

        Assert.True(found.Count == 0, "Keep the scalar in a static or with using, and see TensorSums:\n" + string.Join('\n', found));
    }

    [Fact]
    public void TorchSharp_makes_them_for_sums_and_not_for_products()
    {
        Assert.Contains(Makers, name => name.Contains("Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)", StringComparison.Ordinal));
        Assert.DoesNotContain(Makers, name => name.Contains("Tensor::op_Multiply(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)", StringComparison.Ordinal));
    }

    // TorchSharp's own methods that make one, themselves or through others.
    private static HashSet<string> FindMakers()
    {
        HashSet<string> makers = [];
        MethodDefinition[] methods = [.. Methods(Torch).Where(method => method.DeclaringType.FullName is not (Scalar or Scalar + "ExtensionMethods"))];
        int before;
        do
        {
            before = makers.Count;
            makers.UnionWith(methods
                .Where(method => method.Body.Instructions.Any(instruction => instruction.Operand is MethodReference called && (MakesScalar(called) || makers.Contains(called.FullName))))
                .Select(method => method.FullName)
                .ToArray());
        }
        while (makers.Count > before);
        return makers;
    }

    private static bool MakesScalar(MethodReference method) =>
        method.DeclaringType.FullName == Scalar + "ExtensionMethods" || (method.DeclaringType.FullName == Scalar && method.Name is "op_Implicit" or ".ctor");

    // In a field, or in a local that is disposed of at the end, which holds it until then.
    private static bool IsKept(MethodDefinition method, Instruction next) => next.OpCode.Code switch
    {
        Code.Stsfld or Code.Stfld => true,
        Code.Newobj => next.Next.OpCode.Code is Code.Stfld, // a nullable field
        _ => next.OpCode.StackBehaviourPop == StackBehaviour.Pop1 && Local(next, Code.Stloc_0) is { } local
            && method.Body.ExceptionHandlers.Any(handler => handler.HandlerType == ExceptionHandlerType.Finally && Local(handler.HandlerStart, Code.Ldloc_0) == local),
    };

    // The local that an instruction stores or loads; the short forms of the first four follow each other.
    private static int? Local(Instruction instruction, Code first) =>
        instruction.Operand is VariableDefinition variable ? variable.Index
        : instruction.OpCode.Code - first is >= 0 and < 4 and int index ? index
        : null;

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) => module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);
}
