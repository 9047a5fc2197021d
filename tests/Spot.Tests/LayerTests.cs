using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Spot.Library;
using Spot.Tuning;
using TorchSharp;

namespace Spot.Tests;

/// <summary>The arrows between the folders of src/Spot, kept over the compiled code.</summary>
public class LayerTests
{
    private const string Abstractions = "Abstractions", Numerics = "Numerics", Interop = "Interop", Tokenization = "Tokenization";
    private const string Tasks = "Tasks", Library = "Library", Backbone = "Backbone", Tuning = "Tuning", Transfer = "Transfer";
    private const string DependencyInjection = "DependencyInjection", Torch = "TorchSharp";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [Abstractions] = [],
        [Numerics] = [Abstractions],
        [Interop] = [Abstractions],
        [Tokenization] = [],
        [Tasks] = [Abstractions, Numerics, Tokenization],
        [Library] = [Abstractions, Numerics, Interop],
        [Backbone] = [Abstractions, Interop, Tokenization, Torch],
        [Tuning] = [Abstractions, Interop, Tasks, Backbone, Tokenization, Torch],
        [Transfer] = [Abstractions, Numerics, Interop, Tasks, Library],
        [DependencyInjection] = [Abstractions, Numerics, Interop, Tokenization, Tasks, Library, Backbone, Tuning, Transfer],
    };

    private static readonly Assembly Spot = typeof(SoftPrompt).Assembly;

    public static TheoryData<string> Layers => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_layer_uses_only_what_it_may(string layer)
    {
        List<string> violations = [];
        foreach (Type type in Spot.GetTypes().Where(type => Layer(type) == layer))
        {
            foreach (Type used in TypeReferences.Of(type))
            {
                if (Layer(used) is { } other && other != layer && !Allowed[layer].Contains(other))
                {
                    violations.Add($"{type.FullName} uses {used.FullName}");
                }
            }
        }

        Assert.True(violations.Count == 0, $"{layer} may use {(Allowed[layer] is [] ? "nothing" : string.Join(", ", Allowed[layer]))}, but\n{string.Join('\n', violations)}");
    }

    [Fact]
    public void Every_type_lies_in_a_known_layer()
    {
        Assert.All(Spot.GetTypes(), type => Assert.True(Layer(type) is not { } layer || Allowed.ContainsKey(layer), $"{type.FullName} lies in no layer of this test"));
        Assert.All(Allowed.Keys, layer => Assert.Contains(Spot.GetTypes(), type => Layer(type) == layer));
    }

    [Fact]
    public void References_inside_method_bodies_are_seen()
    {
        Assert.Contains(typeof(PromptLibrary), TypeReferences.Of(typeof(SpotServiceCollectionExtensions))); // opened in a body, in no signature
        Assert.Contains(typeof(DisposeScope), TypeReferences.Of(typeof(PromptGradient)));
        Assert.Contains(typeof(TextTask), TypeReferences.Of(typeof(IPromptTuner)));
    }

    // Types that the compiler makes for an assembly have no namespace, or another's; they belong to no layer.
    private static string? Layer(Type type)
    {
        if (type.Assembly.GetName().Name!.StartsWith(Torch, StringComparison.Ordinal))
        {
            return Torch;
        }

        if (type.Assembly != Spot)
        {
            return null;
        }

        return type == typeof(SpotOptions) ? DependencyInjection : type.Namespace switch
        {
            "Spot" => Abstractions,
            "Microsoft.Extensions.DependencyInjection" => DependencyInjection,
            { } name when name.StartsWith("Spot.", StringComparison.Ordinal) => name.Split('.')[1],
            _ => null,
        };
    }
}
