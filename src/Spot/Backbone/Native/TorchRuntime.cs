using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Spot.Backbone;

/// <summary>Loads the native libraries behind TorchSharp, once in a process, before anything else uses them.</summary>
/// <remarks>
/// TorchSharp's own library asks for a symbol version that the C++ runtime of Debian 12, Ubuntu 22.04 and their contemporaries
/// lacks, though nothing in it is called. There, a private copy that asks less strictly is loaded instead; the file in
/// the application's folder is never changed. The environment variable <c>SPOT_NATIVE_PATCH=0</c> turns this off.
/// See docs/native-backends.md. Thread-safe.
/// </remarks>
public static class TorchRuntime
{
    internal const string MissingVersion = "GLIBCXX_3.4.32"; // asked for though nothing of it is called
    private const string OfThatVersion = "_ZSt21ios_base_library_initv"; // the one symbol that it brought
    private const string OptOut = "SPOT_NATIVE_PATCH";
    private static readonly Lazy<string?> Loaded = new(Load);

    /// <summary>Makes sure that the native libraries are loaded. Cheap after the first call.</summary>
    /// <exception cref="SpotException">No native backend package is referenced, or its libraries cannot be loaded.</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    /// <summary>The patched copy that was loaded, where one had to be; else null.</summary>
    internal static string? LoadedCopy => Loaded.Value;

    private static string? Load()
    {
        string folder = FindBackend(SearchFolders()) ?? throw NoBackend();
        return OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? LoadOnLinux(folder) : null;
    }

    /// <summary>The first of the folders that holds libtorch, or null.</summary>
    internal static string? FindBackend(IEnumerable<string> folders)
    {
        string library = OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, library)));
    }

    internal static SpotException NoBackend() => new(
        $"No native TorchSharp backend was found: expected libtorch for {RuntimeInformation.RuntimeIdentifier} beside the application " +
        $"in '{AppContext.BaseDirectory}'. Reference one backend package in the application's project: TorchSharp-cpu, " +
        "TorchSharp-cuda-linux or TorchSharp-cuda-windows, version 0.107.0. See docs/native-backends.md.");

    private static IEnumerable<string> SearchFolders()
    {
        string os = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", $"{os}-{architecture}", "native");
        yield return AppContext.BaseDirectory;
        string? listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string;
        foreach (string folder in (listed ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }
    }

    private static string? LoadOnLinux(string folder)
    {
        string? bridge = SearchFolders().Prepend(folder).Select(place => Path.Combine(place, "libLibTorchSharp.so")).FirstOrDefault(File.Exists);
        if (bridge is null)
        {
            return null; // TorchSharp looks in more places and has its own words for this.
        }

        LoadDependencies(folder);
        bool lacking = LacksVersion("libstdc++.so.6");
        if (lacking && Environment.GetEnvironmentVariable(OptOut) == "0")
        {
            throw new SpotException(
                $"'{bridge}' asks for {MissingVersion}, which this system's libstdc++ lacks, and {OptOut}=0 forbids the remedy. " +
                "Unset it, or install a libstdc++ of GCC 13 or newer. See docs/native-backends.md.");
        }

        try
        {
            string? copy = lacking ? PatchedCopy(bridge) : null;
            NativeLibrary.Load(copy ?? bridge);
            return copy;
        }
        catch (DllNotFoundException e)
        {
            throw new SpotException($"The native library '{bridge}' cannot be loaded: {e.Message} See docs/native-backends.md.", e);
        }
    }

    /// <summary>Whether a C++ runtime is older than the version that the bridge asks for: it has not what came with that.</summary>
    internal static bool LacksVersion(string library) =>
        NativeLibrary.TryLoad(library, out nint handle) && !NativeLibrary.TryGetExport(handle, OfThatVersion, out _);

    // A patched copy lies in another folder and finds its dependencies only when they are loaded already.
    private static void LoadDependencies(string folder)
    {
        IEnumerable<string> openMp = Directory.EnumerateFiles(folder, "libgomp*.so*").Order(StringComparer.Ordinal);
        string[] libraries = ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];
        foreach (string library in openMp.Concat(libraries.Select(name => Path.Combine(folder, name))).Where(File.Exists))
        {
            try
            {
                NativeLibrary.Load(library);
            }
            catch (DllNotFoundException e)
            {
                throw new SpotException(
                    $"The native library '{library}' cannot be loaded: {e.Message} The backend package must fit the machine. " +
                    "See docs/native-backends.md.", e);
            }
        }
    }

    private static string PatchedCopy(string bridge)
    {
        byte[] image = File.ReadAllBytes(bridge);
        ElfVersionPatch.MakeWeak(image, MissingVersion);
        string name = Convert.ToHexStringLower(SHA256.HashData(image))[..16];
        string cache = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (Path.IsPathFullyQualified(cache))
        {
            try
            {
                return WriteOnce(Path.Combine(cache, "spot", "native", name), image);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // No home to write to: a folder for this process alone does as well.
            }
        }

        return WriteOnce(Directory.CreateTempSubdirectory("spot-native-").FullName, image);
    }

    private static string WriteOnce(string folder, byte[] image)
    {
        string path = Path.Combine(folder, "libLibTorchSharp.so");
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(image))
        {
            return path;
        }

        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        File.WriteAllBytes(temporary, image);
        File.Move(temporary, path, overwrite: true);
        return path;
    }
}
