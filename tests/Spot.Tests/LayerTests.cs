using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Spot.Library;
using Spot.Tuning;
using TorchSharp;

namespace Spot.Tests;

/// <summary>The arrows between the rooms of src/Spot, and the sub-folders in them, kept over the compiled code.</summary>
public class LayerTests
{
    private const string Abstractions = "Abstractions", Similarity = "Similarity", Statistics = "Statistics", Serialization = "Serialization";
    private const string Tokenization = "Tokenization", Tasks = "Tasks", Library = "Library", Backbone = "Backbone", Tuning = "Tuning";
    private const string Inference = "Inference", Transfer = "Transfer", Studies = "Studies", DependencyInjection = "DependencyInjection", Torch = "TorchSharp";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [Abstractions] = [],
        [Similarity] = [Abstractions],
        [Statistics] = [Abstractions],
        [Serialization] = [Abstractions],
        [Tokenization] = [Abstractions, Serialization],
        [Tasks] = [Abstractions, Statistics, Tokenization],
        [Library] = [Abstractions, Similarity, Serialization],
        [Backbone] = [Abstractions, Serialization, Tokenization, Torch],
        [Tuning] = [Abstractions, Serialization, Tasks, Backbone, Tokenization, Torch],
        [Inference] = [Abstractions, Backbone, Tokenization, Torch],
        [Transfer] = [Abstractions, Similarity],
        [Studies] = [Abstractions, Similarity, Statistics, Serialization, Library, Transfer],
        [DependencyInjection] = [Abstractions, Similarity, Statistics, Serialization, Tokenization, Tasks, Library, Backbone, Tuning, Inference, Transfer, Studies],
    };

    private static readonly Assembly Spot = typeof(SoftPrompt).Assembly;

    public static TheoryData<string> Rooms => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_what_it_may(string room)
    {
        List<string> violations = [];
        foreach (Type type in Spot.GetTypes().Where(type => Room(type) == room))
        {
            foreach (Type used in TypeReferences.Of(type))
            {
                if (Room(used) is { } other && other != room && !Allowed[room].Contains(other))
                {
                    violations.Add($"{type.FullName} uses {used.FullName}");
                }
            }
        }

        Assert.True(violations.Count == 0, $"{room} may use {(Allowed[room] is [] ? "nothing" : string.Join(", ", Allowed[room]))}, but\n{string.Join('\n', violations)}");
    }

    /// <summary>What lies beside the sub-folders, a room's fronts and common nouns, may use them and be used by them.</summary>
    [Theory]
    [MemberData(nameof(Rooms))]
    public void Sub_folders_use_each_other_in_one_direction(string room)
    {
        HashSet<(string From, string To, string Types)> left = [];
        foreach (Type type in Spot.GetTypes())
        {
            if (Inside(type) is { } from)
            {
                left.UnionWith(TypeReferences.Of(type).Where(used => Inside(used) is { } to && to != from).Select(used => (from, Inside(used)!, $"{type.Name} uses {used.Name}")));
            }
        }

        while (left.RemoveWhere(arrow => !left.Any(next => next.From == arrow.To)) > 0)
        {
            // what leads nowhere is in no cycle
        }

        Assert.True(left.Count == 0, $"in a cycle:\n{string.Join('\n', left.Select(arrow => $"{arrow.From} -> {arrow.To}: {arrow.Types}"))}");

        string? Inside(Type type) =>
            type.Assembly == Spot && SourceFolders.Of(type) is { } folder && folder.StartsWith(room + "/", StringComparison.Ordinal) ? folder : null;
    }

    /// <summary>Neither do a room's fronts hold a knot together: what leads from a class back to it lies in one folder.</summary>
    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_knot_of_classes_lies_in_one_folder(string room)
    {
        Dictionary<Type, HashSet<Type>> uses = Spot.GetTypes().Where(type => Room(type) == room).GroupBy(Outermost)
            .ToDictionary(group => group.Key, group => group.SelectMany(TypeReferences.Of).Select(Outermost).Where(used => used.Assembly == Spot && Room(used) == room).ToHashSet());
        Dictionary<Type, HashSet<Type>> reached = uses.Keys.ToDictionary(type => type, Reached);
        string[] knots = [.. reached.SelectMany(pair => pair.Value
            .Where(other => other != pair.Key && reached[other].Contains(pair.Key) && SourceFolders.Of(other) != SourceFolders.Of(pair.Key))
            .Select(other => $"{SourceFolders.Of(pair.Key)}/{pair.Key.Name} and {SourceFolders.Of(other)}/{other.Name}")).Order(StringComparer.Ordinal)];
        Assert.True(knots.Length == 0, $"lead to each other:\n{string.Join('\n', knots)}");

        HashSet<Type> Reached(Type from)
        {
            HashSet<Type> seen = [];
            Stack<Type> next = new([from]);
            while (next.TryPop(out Type? type))
            {
                foreach (Type used in uses[type].Where(seen.Add))
                {
                    next.Push(used);
                }
            }

            return seen;
        }
    }

    [Fact]
    public void Every_type_lies_in_a_known_room_with_its_namespace()
    {
        Assert.All(Spot.GetTypes(), type => Assert.True(Room(type) is not { } room || Allowed.ContainsKey(room), $"{type.FullName} lies in no room of this test"));
        Assert.All(Allowed.Keys, room => Assert.Contains(Spot.GetTypes(), type => Room(type) == room));
        Assert.All(Spot.GetTypes().Where(type => Room(type) is { } room && room != DependencyInjection), type =>
            Assert.Equal(NamespaceOf(SourceFolders.Of(type)!), type.Namespace));

        static string NamespaceOf(string folder) => folder switch
        {
            "Abstractions/Pretraining" => "Spot.Pretraining", // nouns that only training a model from scratch has
            _ when folder.Split('/')[0] == Abstractions => "Spot",
            _ => $"Spot.{folder.Split('/')[0]}",
        };
    }

    [Fact]
    public void A_folder_holds_at_most_twenty_files() => Assert.All(
        Directory.EnumerateDirectories(Path.Combine(TestPaths.RepositoryRoot, "src", "Spot"), "*", SearchOption.AllDirectories),
        folder => Assert.InRange(Directory.GetFiles(folder, "*.cs").Length, 0, 20));

    /// <summary>What makes one of several kinds is a factory beside them.</summary>
    [Fact]
    public void A_base_class_does_not_know_its_subclasses()
    {
        IEnumerable<(Type Base, Type Sub)> pairs = Spot.GetTypes().Where(type => type.BaseType?.Assembly == Spot && !type.IsNested).Select(type => (type.BaseType!, type));
        Assert.Empty(pairs.Where(pair => TypeReferences.Of(pair.Base).Contains(pair.Sub)).Select(pair => $"{pair.Base.Name} uses {pair.Sub.Name}"));
    }

    [Fact]
    public void References_inside_method_bodies_are_seen()
    {
        Assert.Contains(typeof(PromptLibrary), TypeReferences.Of(typeof(SpotServiceCollectionExtensions))); // opened in a body, in no signature
        Assert.Contains(typeof(DisposeScope), TypeReferences.Of(typeof(PromptGradient)));
        Assert.Contains(typeof(TaskMixture), TypeReferences.Of(typeof(IPromptTuner)));
    }

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.IsGenericType ? type.GetGenericTypeDefinition() : type;
    }

    // Types that the compiler makes for an assembly lie in no file; they belong to no room.
    private static string? Room(Type type) => type.Assembly.GetName().Name!.StartsWith(Torch, StringComparison.Ordinal)
        ? Torch
        : type.Assembly == Spot ? SourceFolders.Of(type)?.Split('/')[0] : null;
}
