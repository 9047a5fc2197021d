namespace Spot.Tests;

public class Smoke
{
    [Fact]
    public void Prompt_checks_its_shape() => Assert.Throws<ArgumentException>(() => new SoftPrompt(2, 3, [1, 2], "b"));
}
