using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Spot.Backbone;
using Spot.Serialization;

namespace Spot.AspNetCore;

/// <summary>Reads the prompt that a request brings: the body is its file, or a form with the files of PEFT's folder.</summary>
internal static class PromptBody
{
    public const string File = "application/octet-stream", Form = "multipart/form-data";

    // The only names that files get here, whatever a client calls them.
    private static readonly string[] PeftFiles = ["adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"];

    private static readonly FormOptions Limits = new() { ValueCountLimit = PeftFiles.Length };

    /// <exception cref="FieldException">It is no prompt, or no form of PEFT's files.</exception>
    /// <exception cref="SpotException">It is of another backbone.</exception>
    /// <exception cref="BadHttpRequestException">It is too large.</exception>
    public static async Task<SoftPrompt> ReadAsync(HttpContext context, T5Backbone backbone, string? tensor)
    {
        // Readers of prompts take files, whose content they jump about in.
        string folder = Directory.CreateTempSubdirectory("spot-put-").FullName, path = Path.Combine(folder, "prompt");
        try
        {
            bool isForm = context.Request.ContentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) == true;
            if (isForm)
            {
                await FilesAsync(context, folder).ConfigureAwait(false);
            }
            else
            {
                await WriteAsync(path, context.Request.Body, ServingRequest.Of(context).End).ConfigureAwait(false);
            }

            return PromptFile.Read(isForm ? folder : path, backbone.Fingerprint, backbone.Config.Dim, new PromptFileOptions { Tensor = tensor });
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException)
        {
            throw new FieldException("body", WithoutPath(exception.Message));
        }
        catch (SpotException exception)
        {
            throw new SpotException(WithoutPath(exception.Message), exception);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string WithoutPath(string message) => message.Replace($"'{path}'", "The file", StringComparison.Ordinal).Replace(path, "the file", StringComparison.Ordinal)
            .Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Replace($"'{folder}'", "the form", StringComparison.Ordinal);
    }

    private static async Task FilesAsync(HttpContext context, string folder)
    {
        ServingRequest request = ServingRequest.Of(context);
        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(Limits, request.End).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException && !request.ClientLeft)
        {
            throw new InvalidDataException($"Found a form that ends too early: {exception.Message}", exception);
        }

        if (form.Count > 0)
        {
            throw new FieldException("body", $"Found {form.Count} fields without a file in the form, expected files alone. What is said of a prompt stands in the query.");
        }

        HashSet<string> written = [];
        foreach (IFormFile file in form.Files)
        {
            string name = PeftFiles.FirstOrDefault(known => known == file.FileName) is { } known && written.Add(known) ? known : throw new FieldException(
                "body", $"Found a file of an unknown name, or one twice, in the form; expected {PeftFiles[0]}, and {PeftFiles[1]} or {PeftFiles[2]}. Send a single file as the body itself.");
            Stream content = file.OpenReadStream();
            await using (content.ConfigureAwait(false))
            {
                await WriteAsync(Path.Combine(folder, name), content, request.End).ConfigureAwait(false);
            }
        }
    }

    private static async Task WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        FileStream file = System.IO.File.Create(path);
        await using (file.ConfigureAwait(false))
        {
            await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
        }
    }
}
