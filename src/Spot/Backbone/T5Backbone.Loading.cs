using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Tokenization;
using static TorchSharp.torch;

namespace Spot.Backbone;

public sealed partial class T5Backbone
{
    /// <summary>Loads a checkpoint as a model hub holds it: a folder with config.json, model.safetensors (or its shards) and spiece.model or tokenizer.json.</summary>
    /// <param name="folder">The folder. It and its files may be links, as in a hub's cache. Its weight files stay mapped while the backbone lives.</param>
    /// <param name="options">Device and precision; null for <c>auto</c>.</param>
    /// <param name="logger">Told the device and the precision, and why this one; null for none.</param>
    /// <returns>The backbone; the caller disposes it.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, of another model family, or does not fit the others.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the precision is Float16.</exception>
    /// <exception cref="SpotException">No native backend is referenced, the device is not there, or libtorch cannot load a file, which is named.</exception>
    public static T5Backbone Load(string folder, BackboneOptions? options = null, ILogger<T5Backbone>? logger = null)
    {
        options ??= new BackboneOptions();
        BackboneOptionsValidator.Check(options);
        return LoadOn(new ModelThread(NameOf(folder)), folder, options, logger, null, CancellationToken.None);
    }

    /// <summary>
    /// Loads a checkpoint as <see cref="Load"/> does, on the backbone's own thread. Where that fails or is cancelled,
    /// nothing of it stays in memory.
    /// </summary>
    /// <param name="folder">The folder. It and its files may be links, as in a hub's cache. Its weight files stay mapped while the backbone lives.</param>
    /// <param name="options">Device and precision; null for <c>auto</c>.</param>
    /// <param name="logger">Told the device and the precision, and why this one; null for none.</param>
    /// <param name="progress">Told before the first tensor and after each, on the loading thread; null for none.</param>
    /// <param name="cancellationToken">Checked before every tensor, and at every megabyte of it.</param>
    /// <returns>The backbone; the caller disposes it.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, of another model family, or does not fit the others.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the precision is Float16.</exception>
    /// <exception cref="SpotException">No native backend is referenced, the device is not there, or libtorch cannot load a file, which is named.</exception>
    /// <exception cref="OperationCanceledException">The loading was cancelled.</exception>
    public static async Task<T5Backbone> LoadAsync(
        string folder,
        BackboneOptions? options = null,
        ILogger<T5Backbone>? logger = null,
        IProgress<BackboneLoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        BackboneOptions own = options?.Clone() ?? new BackboneOptions();
        BackboneOptionsValidator.Check(own);
        ModelThread thread = new(NameOf(folder));
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await thread.RunAsync(() => LoadOn(thread, folder, own, logger, progress, cancellationToken)).ConfigureAwait(false);
        }
        catch
        {
            await thread.EndAsync(() => { }).ConfigureAwait(false);
            throw;
        }
    }

    private static T5Backbone LoadOn(
        ModelThread thread, string folder, BackboneOptions options, ILogger? logger, IProgress<BackboneLoadProgress>? progress, CancellationToken cancellationToken)
    {
        (string full, T5Config config, string vocabulary) = CheckpointFiles.CheckFolder(folder);
        T5Tokenizer tokenizer = T5Tokenizer.Load(vocabulary);
        if (tokenizer.VocabularySize > config.VocabularySize)
        {
            throw new InvalidDataException(
                $"'{folder}': {Path.GetFileName(vocabulary)} and its sentinels have {tokenizer.VocabularySize} ids, but config.json says vocab_size " +
                $"{config.VocabularySize}. Both files must be of the same checkpoint.");
        }

        Device device = Prepare(options, logger ?? NullLogger.Instance);
        (ScalarType type, string reason) = DeviceChoice.Resolve(options.Precision, device);
        T5Weights weights = T5Weights.Load(full, config, device, type, progress, cancellationToken);
        try
        {
            T5Backbone backbone = new(full, NameOf(full), new FrozenT5(weights, config, device, type, thread), tokenizer, thread);
            BackboneLog.Loaded(
                logger ?? NullLogger.Instance, backbone.Name, backbone.ParameterCount, backbone.Device, backbone.Precision, reason);
            return backbone;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    // Native libraries, threads, device.
    private static Device Prepare(BackboneOptions options, ILogger logger)
    {
        TorchRuntime.EnsureLoaded();
        if (TorchRuntime.LoadedCopy is { } copy)
        {
            BackboneLog.Patched(logger, TorchRuntime.MissingVersion, copy);
        }

        if (options.Threads is { } threads)
        {
            set_num_threads(threads);
        }

        return DeviceChoice.Resolve(options.Device);
    }

    private static string NameOf(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
    }
}
