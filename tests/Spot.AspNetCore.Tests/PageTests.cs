using System.Globalization;
using Microsoft.Playwright;

namespace Spot.AspNetCore.Tests;

/// <summary>The page of the sample server in a real browser: choose, type, click, read.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private const string Opinion = "sentence: The harbour is far too loud at night.";

    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private readonly List<string> _asked = [], _complaints = [];
    private ServerProcess _server = null!;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        string? browser = Environment.GetEnvironmentVariable("SPOT_BROWSER") is { Length: > 0 } named ? named : Browsers.FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "There is no Chromium here: install it (apt-get install chromium), or name one in SPOT_BROWSER.");
        _server = await ServerProcess.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = browser, Args = ["--no-sandbox"] });
        _page = await OpenAsync(new BrowserNewPageOptions { ViewportSize = new() { Width = 800, Height = 760 } });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_chooses_a_prompt_and_types_a_text_reads_bars_and_a_text()
    {
        await _page.SelectOptionAsync("#prompt", "places");
        Assert.Contains("fact or opinion", await _page.TextContentAsync("#about"), StringComparison.Ordinal);
        await _page.FillAsync("#text", Opinion);
        await _page.ClickAsync("#classify");
        await _page.WaitForSelectorAsync("#result dl");
        Assert.Equal("opinion", await _page.TextContentAsync("#result dt.best"));
        double[] percent = [.. (await _page.Locator("#result dd.number").AllTextContentsAsync()).Select(text => double.Parse(text.TrimEnd('%', ' '), CultureInfo.InvariantCulture))];
        Assert.Equal(2, percent.Length);
        Assert.InRange(percent.Sum(), 99.8, 100.2);
        await _page.WaitForFunctionAsync("() => document.getAnimations().length === 0");
        double[] widths = await _page.EvalOnSelectorAllAsync<double[]>(
            "#result .bar", "bars => bars.map(bar => 100 * bar.firstChild.getBoundingClientRect().width / bar.clientWidth)");
        Assert.All(widths.Zip(percent), pair => Assert.Equal(pair.Second, pair.First, 1.0));
        if (Environment.GetEnvironmentVariable("SPOT_SCREENSHOT") is { Length: > 0 } picture)
        {
            await _page.ScreenshotAsync(new() { Path = picture });
        }

        IResponse response = await _page.RunAndWaitForResponseAsync(() => _page.ClickAsync("#generate"), "**/generate");
        Assert.Equal("text/event-stream", response.Headers["content-type"]);
        await _page.WaitForFunctionAsync("() => document.getElementById('written')?.textContent === 'opinion'");
        Assert.Empty(_complaints);
        Assert.All(_asked, url => Assert.StartsWith(_server.Address.ToString(), url, StringComparison.Ordinal)); // nothing from elsewhere
    }

    [Fact]
    public async Task It_is_used_by_the_keyboard_alone()
    {
        await _page.FocusAsync("#prompt");
        await _page.Keyboard.TypeAsync("pla");
        await _page.Keyboard.PressAsync("Tab");
        await _page.Keyboard.TypeAsync(Opinion);
        await _page.Keyboard.PressAsync("Control+Enter");
        await _page.WaitForSelectorAsync("#result dl");
        Assert.Equal("opinion", await _page.TextContentAsync("#result dt.best"));
    }

    [Fact]
    public async Task Errors_are_told_in_words()
    {
        await _page.ClickAsync("#classify");
        Assert.Contains("Enter a text", await _page.TextContentAsync("#error"), StringComparison.Ordinal);
        await _page.FillAsync("#text", new string('a', 2_000_000));
        await _page.ClickAsync("#classify");
        await _page.WaitForFunctionAsync("() => /too large/.test(document.getElementById('error').textContent)");
        await _page.FillAsync("#text", Opinion);
        await _server.StopAsync();
        await _page.ClickAsync("#classify");
        await _page.WaitForFunctionAsync("() => /does not answer/.test(document.getElementById('error').textContent)");
    }

    [Fact]
    public async Task It_is_readable_on_a_phone_and_in_the_dark()
    {
        IPage phone = await OpenAsync(new BrowserNewPageOptions { ViewportSize = new() { Width = 320, Height = 640 }, ColorScheme = ColorScheme.Dark });
        await phone.FillAsync("#text", "sentence: " + new string('w', 300));
        await phone.ClickAsync("#classify");
        await phone.WaitForSelectorAsync("#result dl");
        Assert.True(await phone.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), "There is something to the right of the screen.");
        Assert.Equal("rgb(13, 17, 23)", await phone.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
        if (Environment.GetEnvironmentVariable("SPOT_SCREENSHOT") is { Length: > 0 } picture)
        {
            await phone.ScreenshotAsync(new() { Path = Path.ChangeExtension(picture, ".phone.png") });
        }
    }

    private async Task<IPage> OpenAsync(BrowserNewPageOptions options)
    {
        IPage page = await _browser!.NewPageAsync(options);
        page.Request += (_, request) => _asked.Add(request.Url);
        page.Console += (_, message) => _complaints.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(_server.Address.ToString());
        await page.WaitForSelectorAsync("#examples button");
        return page;
    }
}
