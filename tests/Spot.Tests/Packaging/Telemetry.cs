using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Mono.Cecil;
using Mono.Cecil.Cil;
using FieldAttributes = System.Reflection.FieldAttributes;

namespace Spot.Tests.Packaging;

/// <summary>What the compiled library logs, measures and traces.</summary>
internal static class Telemetry
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const BindingFlags All = Static | BindingFlags.Instance;
    private const string Own = "spot.";
    private static readonly string[] Prefixes = [Own, "gen_ai.", "error."];
    private static readonly Assembly Spot = typeof(SoftPrompt).Assembly;

    /// <summary>The log messages of each room that logs, with the categories that it logs to.</summary>
    public static IEnumerable<(string[] Categories, LoggerMessageAttribute[] Events)> Logs => Spot.GetTypes()
        .SelectMany(type => type.GetMethods(Static).Select(method => (type.Namespace, Event: method.GetCustomAttribute<LoggerMessageAttribute>())))
        .Where(found => found.Event is not null).GroupBy(found => found.Namespace!, found => found.Event!)
        .Select(room => (Categories(room.Key), room.OrderBy(message => message.EventId).ToArray())).OrderBy(room => room.Item1.FirstOrDefault(), StringComparer.Ordinal);

    /// <summary>All instruments, which are kept in static fields.</summary>
    public static Instrument[] Instruments => [.. Fields<Instrument>()];

    /// <summary>All sources of activities.</summary>
    public static ActivitySource[] Sources => [.. Fields<ActivitySource>()];

    /// <summary>
    /// The names of instruments and activities with the tags that they are given, as the instructions have them. Tags of activities that another method began stand
    /// by the type that sets them.
    /// </summary>
    public static (HashSet<string> Instruments, Dictionary<string, SortedSet<string>> Activities, Dictionary<string, SortedSet<string>> Measurements) Read()
    {
        HashSet<string> instruments = [];
        Dictionary<string, SortedSet<string>> activities = new(StringComparer.Ordinal), measurements = new(StringComparer.Ordinal);
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Spot.Location);
        foreach (MethodDefinition method in assembly.MainModule.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            string name = "", activity = "", field = "";
            foreach (Instruction instruction in method.Body.Instructions)
            {
                switch (instruction.Operand)
                {
                    case string text when Prefixes.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal)):
                        name = text;
                        break;
                    case FieldReference found when typeof(Instrument).Assembly.GetType(found.FieldType.GetElementType().FullName) is { } type && type.IsAssignableTo(typeof(Instrument)):
                        field = found.Name;
                        break;
                    case MethodReference { DeclaringType.Name: nameof(Meter) } call when call.Name.StartsWith("Create", StringComparison.Ordinal):
                        instruments.Add(name);
                        break;
                    case MethodReference { DeclaringType.Name: nameof(ActivitySource), Name: "StartActivity" or "CreateActivity" } when name.StartsWith(Own, StringComparison.Ordinal):
                        activity = name;
                        activities.TryAdd(activity, new SortedSet<string>(StringComparer.Ordinal));
                        break;
                    case MethodReference { DeclaringType.Name: nameof(Activity), Name: "SetTag" or "AddTag" }:
                        string owner = activity.Length > 0 ? activity : method.DeclaringType.Name;
                        activities.TryAdd(owner, new SortedSet<string>(StringComparer.Ordinal));
                        activities[owner].Add(name);
                        break;
                    case MethodReference { DeclaringType.FullName: "System.Collections.Generic.KeyValuePair`2<System.String,System.Object>", Name: ".ctor" } when field.Length > 0:
                        measurements.TryAdd(field, new SortedSet<string>(StringComparer.Ordinal));
                        measurements[field].Add(name);
                        break;
                }
            }
        }

        return (instruments, activities, measurements);
    }

    /// <summary>The field that holds an instrument.</summary>
    public static string FieldOf(Instrument instrument) => Spot.GetTypes().SelectMany(type => type.GetFields(Static))
        .First(field => field.FieldType.IsAssignableTo(typeof(Instrument)) && field.GetValue(null) == instrument).Name;

    // Those whose loggers the room's constructors and methods take.
    private static string[] Categories(string room) => [.. Spot.GetTypes().Where(type => type.Namespace == room)
        .SelectMany(type => type.GetMembers(All).OfType<MethodBase>()).SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType)
        .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ILogger<>)).Select(type => type.GenericTypeArguments[0].FullName!)
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IEnumerable<T> Fields<T>() => Spot.GetTypes().Where(type => !type.ContainsGenericParameters).SelectMany(type => type.GetFields(Static))
        .Where(field => field.FieldType.IsAssignableTo(typeof(T)) && !field.Attributes.HasFlag(FieldAttributes.Literal)).Select(field => (T)field.GetValue(null)!);
}
