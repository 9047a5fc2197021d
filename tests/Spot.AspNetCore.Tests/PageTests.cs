using System.Globalization;
using Microsoft.Playwright;

namespace Spot.AspNetCore.Tests;

/// <summary>The page of the sample server in a real browser: choose, type, click, read.</summary>
public sealed class PageTests : PageTestBase
{
    private const string Opinion = "sentence: The harbour is far too loud at night.";

    [Fact]
    public async Task Who_chooses_a_prompt_and_types_a_text_reads_bars_and_a_text()
    {
        await Page.SelectOptionAsync("#prompt", "places");
        Assert.Contains("fact or opinion", await Page.TextContentAsync("#about"), StringComparison.Ordinal);
        await Page.FillAsync("#text", Opinion);
        await Page.ClickAsync("#classify");
        await Page.WaitForSelectorAsync("#result dl");
        Assert.Equal("opinion", await Page.TextContentAsync("#result dt.best"));
        double[] percent = [.. (await Page.Locator("#result dd.number").AllTextContentsAsync()).Select(text => double.Parse(text.TrimEnd('%', ' '), CultureInfo.InvariantCulture))];
        Assert.Equal(2, percent.Length);
        Assert.InRange(percent.Sum(), 99.8, 100.2);
        await Page.WaitForFunctionAsync("() => document.getAnimations().length === 0");
        double[] widths = await Page.EvalOnSelectorAllAsync<double[]>(
            "#result .bar", "bars => bars.map(bar => 100 * bar.firstChild.getBoundingClientRect().width / bar.clientWidth)");
        Assert.All(widths.Zip(percent), pair => Assert.Equal(pair.Second, pair.First, 1.0));
        if (Environment.GetEnvironmentVariable("SPOT_SCREENSHOT") is { Length: > 0 } picture)
        {
            await Page.ScreenshotAsync(new() { Path = picture });
        }

        IResponse response = await Page.RunAndWaitForResponseAsync(() => Page.ClickAsync("#generate"), "**/generate");
        Assert.Equal("text/event-stream", response.Headers["content-type"]);
        await Page.WaitForFunctionAsync("() => document.getElementById('written')?.textContent === 'opinion'");
        Assert.Empty(Complaints);
        Assert.All(Asked, url => Assert.StartsWith(Server.Address.ToString(), url, StringComparison.Ordinal)); // nothing from elsewhere
    }

    [Fact]
    public async Task It_is_used_by_the_keyboard_alone()
    {
        await Page.FocusAsync("#prompt");
        await Page.Keyboard.TypeAsync("pla");
        await Page.Keyboard.PressAsync("Tab");
        await Page.Keyboard.TypeAsync(Opinion);
        await Page.Keyboard.PressAsync("Control+Enter");
        await Page.WaitForSelectorAsync("#result dl");
        Assert.Equal("opinion", await Page.TextContentAsync("#result dt.best"));
    }

    [Fact]
    public async Task What_belongs_to_a_prompt_follows_the_choice()
    {
        await Page.SelectOptionAsync("#prompt", "places");
        await SaysAsync("#about", "% right on validation rows");
        await Page.ClickAsync("#examples button");
        string example = await Page.InputValueAsync("#text");
        Assert.StartsWith("sentence: ", example, StringComparison.Ordinal);
        Assert.Equal("text", await Page.EvaluateAsync<string>("() => document.activeElement.id"));
        await Page.FillAsync("#text", example + string.Concat(Enumerable.Repeat(" and so on", 100)));
        await Page.ClickAsync("#classify");
        await SaysAsync("#result .note", "more did not fit and were not read");
        await Page.SelectOptionAsync("#prompt", "home");
        Assert.Equal("", await Page.TextContentAsync("#result"));
        Assert.DoesNotContain("fact or opinion", await Page.TextContentAsync("#about"), StringComparison.Ordinal);
        Assert.NotEqual(example, await Page.TextContentAsync("#examples button"));
        IResponse response = await Page.RunAndWaitForResponseAsync(() => Page.ClickAsync("#classify"), "**/classify");
        Assert.EndsWith("/v1/prompts/home/classify", response.Url, StringComparison.Ordinal);
        await Page.WaitForSelectorAsync("#result dl");
        Assert.True(await Page.Locator("#result dd.number").CountAsync() > 2);
    }

    [Fact]
    public async Task Who_does_not_see_it_is_told_what_is_what()
    {
        await Page.GetByLabel("Prompt").SelectOptionAsync("places");
        await Page.GetByLabel("Text", new() { Exact = true }).FillAsync(Opinion);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Classify" }).ClickAsync();
        await Page.WaitForSelectorAsync("#result dl");
        Assert.Equal("polite", await Page.GetByRole(AriaRole.Region, new() { Name = "Answer" }).GetAttributeAsync("aria-live"));
        Assert.Equal("en", await Page.GetAttributeAsync("html", "lang"));
        Assert.Equal(2, await Page.Locator("#result .bar[aria-hidden=true]").CountAsync()); // the numbers say the same
        await Page.FillAsync("#text", "");
        await Page.ClickAsync("#classify");
        Assert.Equal("Enter a text, or choose an example.", await Page.GetByRole(AriaRole.Alert).TextContentAsync());
        Assert.Equal("text", await Page.EvaluateAsync<string>("() => document.activeElement.id"));
    }

    [Fact]
    public async Task Errors_are_told_in_words()
    {
        await Page.FillAsync("#text", Opinion);
        await Page.ClickAsync("#classify");
        await Page.WaitForSelectorAsync("#result dl");
        await Page.FillAsync("#text", new string('a', 2_000_000));
        await Page.ClickAsync("#classify");
        await SaysAsync("#error", "too large");
        Assert.True(await Page.IsVisibleAsync("#error"));
        Assert.Equal("", await Page.TextContentAsync("#result")); // the answer to another text
        Assert.False(await Page.IsVisibleAsync("#stop"));
        await Page.FillAsync("#text", Opinion);
        await Server.StopAsync();
        await Page.ClickAsync("#classify");
        await SaysAsync("#error", "does not answer");
    }

    [Fact]
    public async Task It_is_readable_on_a_phone_and_in_the_dark()
    {
        IPage phone = await NewAsync(new BrowserNewPageOptions { ViewportSize = new() { Width = 320, Height = 640 }, IsMobile = true, ColorScheme = ColorScheme.Dark });
        await OpenAsync(phone);
        await phone.FillAsync("#text", "sentence: " + new string('w', 300));
        await phone.ClickAsync("#classify");
        await phone.WaitForSelectorAsync("#result dl");
        Assert.Equal(320, await phone.EvaluateAsync<int>("() => window.innerWidth")); // not shrunk to fit
        Assert.True(await phone.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), "There is something to the right of the screen.");
        Assert.Equal("rgb(13, 17, 23)", await phone.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
        if (Environment.GetEnvironmentVariable("SPOT_SCREENSHOT") is { Length: > 0 } picture)
        {
            await phone.ScreenshotAsync(new() { Path = Path.ChangeExtension(picture, ".phone.png") });
        }
    }
}
