using Spot.Tests.Library;

namespace Spot.Tests.Fuzz;

/// <summary>A reader under attack.</summary>
/// <param name="Samples">Good inputs: each a set of files by relative path.</param>
/// <param name="Mutate">Damages one of them.</param>
/// <param name="Read">Reads the folder that the files were written to; throws what a user would see.</param>
internal sealed record FuzzTarget(
    IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Samples,
    Func<IReadOnlyDictionary<string, byte[]>, Random, IReadOnlyDictionary<string, byte[]>> Mutate,
    Action<string> Read)
{
    /// <summary>The files of a folder by relative path.</summary>
    public static Dictionary<string, byte[]> Folder(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes);

    /// <summary>One or several files damaged, sometimes one missing or in the place of another.</summary>
    public static Dictionary<string, byte[]> AnyFile(IReadOnlyDictionary<string, byte[]> files, Random random)
    {
        Dictionary<string, byte[]> changed = new(files);
        string[] names = [.. files.Keys.Order(StringComparer.Ordinal)];
        Mutator mutator = new(random);
        for (int wounds = random.Next(4) == 0 ? 2 : 1; wounds > 0; wounds--)
        {
            string name = names[random.Next(names.Length)];
            switch (random.Next(20))
            {
                case 0 when names.Length > 1:
                    changed.Remove(name);
                    break;
                case 1 when names.Length > 1:
                    changed[name] = files[names[random.Next(names.Length)]];
                    break;
                default:
                    changed[name] = mutator.Mutate(files[name]);
                    break;
            }
        }

        return changed;
    }
}
