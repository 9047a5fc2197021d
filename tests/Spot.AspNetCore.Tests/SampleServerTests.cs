using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Spot.AspNetCore.Tests;

/// <summary>The sample server as a process: its key, and how it stops.</summary>
public sealed class SampleServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_a_key_nobody_without_it_is_answered_and_who_has_it_manages_prompts()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("4711", "--Serving:ManagementPolicy", "key");
        foreach (AuthenticationHeaderValue? wrong in new[] { null, new AuthenticationHeaderValue("Bearer", "4712"), new AuthenticationHeaderValue("Bearer", ""), new AuthenticationHeaderValue("Basic", "4711") })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(server.Address, "/v1/prompts"));
            using HttpClient nobody = new();
            request.Headers.Authorization = wrong;
            using HttpResponseMessage refused = await nobody.SendAsync(request, Cancel);
            await RunningServer.ProblemAsync(refused, 401);
            Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        }

        JsonElement prompts = await server.Client.GetFromJsonAsync<JsonElement>("/v1/prompts", Cancel);
        Assert.Equal(
            ["books", "films", "gadgets", "home", "meals", "notes", "places", "requests", "trips", "work"],
            prompts.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.GetProperty("id").GetString()));
        Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync("/v1/prompts/books", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/v1/prompts/books", Cancel)).StatusCode);
        Assert.DoesNotContain(server.Lines, line => line.Contains("4711", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Told_to_stop_it_answers_or_refuses_each_request_and_ends_well()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        Task<HttpStatusCode?>[] clients = [.. Enumerable.Range(0, 200).Select(async i =>
        {
            try
            {
                using HttpResponseMessage response = await server.Client.PostAsJsonAsync($"/v1/prompts/{(i % 2 == 0 ? "places" : "home")}/classify", new { text = $"sentence: Number {i} is far too long." }, Cancel);
                string body = await response.Content.ReadAsStringAsync(Cancel);
                if (response.IsSuccessStatusCode)
                {
                    Assert.Equal(i % 2 == 0 ? 2 : 4, JsonElement.Parse(body).GetProperty("results")[0].GetProperty("labels").GetArrayLength());
                }

                return response.StatusCode;
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError)
            {
                return (HttpStatusCode?)null; // never accepted
            }
        })];
        await RunningServer.UntilAsync(() => Task.FromResult(clients.Any(client => client.IsCompleted)));
        Assert.Equal(0, await server.StopAsync());
        HttpStatusCode?[] answers = await Task.WhenAll(clients);
        Assert.Contains(HttpStatusCode.OK, answers);
        Assert.All(answers, answer => Assert.Contains(answer, new HttpStatusCode?[] { null, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable }));
    }
}
