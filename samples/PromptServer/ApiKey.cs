using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Spot.Samples.PromptServer;

/// <summary>The key that clients send.</summary>
internal sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>The key; null where nobody has one.</summary>
    public string? Key { get; set; }
}

/// <summary>Knows who sends <c>Authorization: Bearer</c> and the key.</summary>
internal sealed class ApiKey(IOptionsMonitor<ApiKeyOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<ApiKeyOptions>(options, logger, encoder)
{
    public new const string Scheme = "key";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (header is null || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || string.IsNullOrEmpty(Options.Key))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        // Of hashes, so that how long it takes tells nothing of the key.
        byte[] found = SHA256.HashData(Encoding.UTF8.GetBytes(header[Bearer.Length..].Trim())), expected = SHA256.HashData(Encoding.UTF8.GetBytes(Options.Key));
        return Task.FromResult(CryptographicOperations.FixedTimeEquals(found, expected)
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(Scheme)), Scheme))
            : AuthenticateResult.Fail("Found another key than the server's."));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Bearer.Trim();
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
