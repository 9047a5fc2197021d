using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Spot.AspNetCore.Tests;

/// <summary>The sample server, and its page in a real browser.</summary>
public abstract class PageTestBase : IAsyncLifetime
{
    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private protected ServerProcess Server { get; private set; } = null!;

    /// <summary>The page, loaded.</summary>
    private protected IPage Page { get; private set; } = null!;

    /// <summary>What the page asked for, from wherever.</summary>
    private protected ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>What the browser complained of.</summary>
    private protected ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>The key that the server asks for; null for none.</summary>
    private protected virtual string? Key => null;

    public async ValueTask InitializeAsync()
    {
        string? browser = Environment.GetEnvironmentVariable("SPOT_BROWSER") is { Length: > 0 } named ? named : Browsers.FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "There is no Chromium here: install it (apt-get install chromium), or name one in SPOT_BROWSER.");
        Server = await ServerProcess.StartAsync(Key);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = browser, Args = ["--no-sandbox"] });
        Page = await NewAsync(new BrowserNewPageOptions { ViewportSize = new() { Width = 800, Height = 760 } });
        if (Key is null)
        {
            await OpenAsync(Page);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A page that is not loaded yet.</summary>
    private protected async Task<IPage> NewAsync(BrowserNewPageOptions options)
    {
        IPage page = await _browser!.NewPageAsync(options);
        page.Request += (_, request) => Asked.Enqueue(request.Url);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => Complaints.Enqueue(error);
        return page;
    }

    /// <summary>Loads it, until examples can be chosen.</summary>
    private protected async Task OpenAsync(IPage page)
    {
        await page.GotoAsync(Server.Address.ToString());
        await page.WaitForSelectorAsync("#examples button");
    }

    /// <summary>Waits until an element says something.</summary>
    private protected async Task SaysAsync(string selector, string text) =>
        await Page.WaitForFunctionAsync("([selector, text]) => document.querySelector(selector)?.textContent.includes(text)", new[] { selector, text });
}
