using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class PorterStemmerTests
{
    [Fact]
    public void Stems_equal_the_reference()
    {
        foreach (JsonElement file in MetricGolden.Files("stems.json"))
        {
            int words = 0;
            foreach (JsonProperty word in file.EnumerateObject())
            {
                string stem = PorterStemmer.Stem(word.Name);
                Assert.True(stem == word.Value.GetString(), $"'{word.Name}': expected '{word.Value}', found '{stem}'");
                words++;
            }

            Assert.True(words > 2000, $"{words} words");
        }
    }
}
