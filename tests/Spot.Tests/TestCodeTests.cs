using System.Reflection;
using Mono.Cecil;

namespace Spot.Tests;

/// <summary>Rules for the tests themselves.</summary>
public class TestCodeTests
{
    private static readonly string[] Unseeded =
        ["System.Random::.ctor()", "System.Random::get_Shared()", "System.Guid::NewGuid()", "System.IO.Path::GetRandomFileName()", "RandomNumberGenerator::", "torch::rand"];

    /// <summary>What a process of a test's own does would assert nothing in the test run itself.</summary>
    [Fact]
    public void What_only_a_child_process_does_is_explicit()
    {
        (string Name, bool Explicit)[] children = [.. typeof(TestCodeTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.Name.StartsWith("The_child_", StringComparison.Ordinal) && method.GetCustomAttribute<FactAttribute>() is not null)
            .Select(method => ($"{method.DeclaringType!.Name}.{method.Name}", method.GetCustomAttribute<FactAttribute>()!.Explicit))];
        Assert.NotEmpty(children);
        Assert.DoesNotContain(children, child => !child.Explicit);
    }

    [Fact]
    public void Every_random_number_has_a_seed()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(TestCodeTests).Assembly.Location);
        Assert.Empty(
            from type in module.GetTypes()
            from method in type.Methods.Where(method => method.HasBody)
            from instruction in method.Body.Instructions
            where instruction.Operand is MethodReference called && Unseeded.Any(name => called.FullName.Contains(name, StringComparison.Ordinal))
            select $"{type.FullName} calls {((MethodReference)instruction.Operand).FullName}");
    }
}
