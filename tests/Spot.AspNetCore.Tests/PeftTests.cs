using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests;

namespace Spot.AspNetCore.Tests;

/// <summary>Prompts of PEFT, two files each, that are put as a form. Not beside <see cref="ManagementTests"/>: both look for what is left behind.</summary>
[Collection(nameof(ManagementTests))]
public sealed class PeftTests : IAsyncLifetime
{
    private const string Config = "adapter_config.json", Weights = "adapter_model.safetensors";

    private readonly TempFolder _folder = new();
    private RunningServer _server = null!;
    private SoftPrompt _prompt = null!;
    private byte[] _config = null!, _weights = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await (await RunningServer.StartAsync(
            serving: serving => (serving.ManagementPolicy, serving.MaxPromptFileBytes) = ("manage", 100_000),
            compose: builder => builder.Services.AddAuthorizationBuilder().AddPolicy("manage", policy => policy.RequireAssertion(_ => true)),
            map: (application, _) => application.UseAuthorization())).ReadyAsync();
        T5Backbone backbone = _server.Application.Services.GetRequiredService<T5Backbone>();
        _prompt = Models.Record("x", 1, backbone.Fingerprint, backbone.Config.Dim).Prompt;
        PromptFile.WritePeft(_folder.Path, _prompt, new PeftExportOptions { BaseModel = "spot-tiny" });
        (_config, _weights) = (await File.ReadAllBytesAsync(Path.Combine(_folder.Path, Config), Cancel), await File.ReadAllBytesAsync(Path.Combine(_folder.Path, Weights), Cancel));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_pair_is_put_in_either_order_and_answers()
    {
        using HttpResponseMessage made = await PutAsync((Config, _config), (Weights, _weights));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using HttpResponseMessage replaced = await PutAsync((Weights, _weights), (Config, _config));
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        PromptRecord kept = (await _server.Library.GetAsync("mine", Cancel))!;
        Assert.Equal(_prompt.Values.ToArray(), kept.Prompt.Values.ToArray());
        Assert.Equal(["fact", "opinion"], kept.Info.Labels);
        await _server.AnswerAsync("prompts/mine/classify", """{ "text": "sentence: Far too long." }""");
    }

    [Fact]
    public async Task What_is_wrong_with_a_pair_is_told_and_leaves_nothing_behind()
    {
        string[] before = [.. TemporaryFolders()];
        byte[] wide = Replaced("\"token_dim\": " + _prompt.Dim, "\"token_dim\": 768"), other = Replaced("PROMPT_TUNING", "LORA"), more = Replaced("\"num_virtual_tokens\": 3", "\"num_virtual_tokens\": 4");
        (int Status, string Said, (string, byte[])[] Files)[] wrong =
        [
            (400, "No adapter_config.json in the form", [(Weights, _weights)]),
            (400, "No weights in the form", [(Config, _config)]),
            (400, "", []),
            (409, "'token_dim' is 768", [(Config, wide), (Weights, _weights)]),
            (400, "'peft_type' is 'LORA'", [(Config, other), (Weights, _weights)]),
            (400, "4 virtual tokens", [(Config, more), (Weights, _weights)]),
            (400, "'adapter_config.json' is not valid JSON", [(Config, _weights), (Weights, _weights)]),
            (400, "adapter_model.safetensors: found a header", [(Config, _config), (Weights, _config)]),
            (400, "twice", [(Config, _config), (Weights, _weights), (Weights, _weights)]),
            (400, "unknown name", [(Config, _config), (Weights, _weights), ("prompts.zip", [80, 75, 5, 6, .. new byte[18]])]),
            (400, "limit", [(Config, _config), (Weights, _weights), ("adapter_model.bin", _weights), ("more", _weights)]),
            (413, "", [(Config, _config), (Weights, new byte[100_001])]),
        ];
        foreach ((int status, string said, (string, byte[])[] files) in wrong)
        {
            JsonElement problem = await RunningServer.ProblemAsync(await PutAsync(files), status);
            Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Path.GetTempPath(), problem.GetRawText(), StringComparison.Ordinal);
        }

        Assert.Empty((await _server.GetAsync("prompts")).GetProperty("prompts").EnumerateArray());
        Assert.Empty(TemporaryFolders().Except(before));
    }

    [Theory]
    [InlineData("../adapter_config.json")]
    [InlineData("/tmp/adapter_config.json")]
    [InlineData("..\\\\adapter_config.json")]
    [InlineData("adapter_config.json/")]
    [InlineData("Adapter_config.json")]
    [InlineData("adapter_config.json%00.txt")]
    [InlineData("prompt")]
    [InlineData("..")]
    [InlineData("")]
    public async Task A_name_that_is_not_one_of_pefts_is_refused_and_never_a_path(string name)
    {
        string body = $"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{Encoding.UTF8.GetString(_config)}\r\n--edge--\r\n";
        JsonElement problem = await RunningServer.ProblemAsync(await SendAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(body)), "multipart/form-data; boundary=edge"), 400);
        Assert.Contains(name.Length == 0 ? "without a file" : "unknown name", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_is_none_is_refused()
    {
        foreach ((string body, string type) in new[]
        {
            ("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"adapter_config.json\"\r\n\r\n{", "multipart/form-data; boundary=edge"), // ends too early
            ("--edge\r\n", "multipart/form-data"), ("", "multipart/form-data; boundary=edge"), ("nothing of the kind", "multipart/form-data; boundary=edge"),
            ("--edge\r\n" + new string('x', 50_000) + ": y\r\n\r\nz\r\n--edge--", "multipart/form-data; boundary=edge"),
            ("--edge\r\nContent-Disposition: form-data; name=\"task\"\r\n\r\nplaces\r\n--edge--\r\n", "multipart/form-data; boundary=edge"),
        })
        {
            await RunningServer.ProblemAsync(await SendAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(body)), type), 400);
        }
    }

    private byte[] Replaced(string old, string by)
    {
        string text = Encoding.UTF8.GetString(_config);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(old, by, StringComparison.Ordinal));
    }

    private static IEnumerable<string> TemporaryFolders() => Directory.EnumerateDirectories(Path.GetTempPath(), "spot-put-*");

    private async Task<HttpResponseMessage> PutAsync(params (string Name, byte[] Content)[] files)
    {
        MultipartFormDataContent form = [];
        foreach ((string name, byte[] content) in files)
        {
            form.Add(new ByteArrayContent(content), "file", name);
        }

        return await SendAsync(form, null);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContent content, string? type)
    {
        if (type is not null)
        {
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        return await _server.Client.PutAsync("/v1/prompts/mine?label=fact&label=opinion", content, Cancel);
    }
}
