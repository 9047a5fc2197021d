namespace Spot.AspNetCore.Tests;

/// <summary>The page of a server that asks for a key.</summary>
public sealed class PageKeyTests : PageTestBase
{
    private protected override string? Key => "4711";

    [Fact]
    public async Task Who_enters_the_key_is_let_in()
    {
        await Page.GotoAsync(Server.Address.ToString());
        await SaysAsync("#error", "asks for an API key");
        Assert.Equal("key", await Page.EvaluateAsync<string>("() => document.activeElement.id"));
        Assert.Equal(0, await Page.Locator("#examples button").CountAsync());
        await Page.Keyboard.TypeAsync("wrong");
        await Page.Keyboard.PressAsync("Tab");
        await SaysAsync("#error", "asks for an API key");
        await Page.FillAsync("#key", "4711");
        await Page.Keyboard.PressAsync("Tab");
        await Page.WaitForSelectorAsync("#examples button");
        Assert.False(await Page.IsVisibleAsync("#error"));
        await Page.SelectOptionAsync("#prompt", "places");
        await Page.ClickAsync("#examples button");
        await Page.ClickAsync("#classify");
        await Page.WaitForSelectorAsync("#result dl");
    }
}
