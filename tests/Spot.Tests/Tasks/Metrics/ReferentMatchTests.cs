using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class ReferentMatchTests
{
    [Fact]
    public void Labels_equal_the_reference()
    {
        foreach (JsonElement row in MetricGolden.Rows("labels.json", "wsc_simple"))
        {
            Check(row.GetProperty("expected").GetInt32(), row.Text("prediction"), row.Text("referent"));
        }
    }

    [Fact]
    public void Generated_labels_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Large("wsc_simple"))
        {
            string[] referents = item.Texts("targets");
            string[] predictions = item.Texts("predictions");
            int[] labels = item.GetProperty("expected").Integers("labels");
            for (int i = 0; i < labels.Length; i++)
            {
                Check(labels[i], predictions[i], referents[i]);
            }
        }
    }

    [Fact]
    public void Missing_text_is_an_error()
    {
        Assert.Throws<ArgumentNullException>(() => ReferentMatch.Label(null!, "cat"));
        Assert.Throws<ArgumentNullException>(() => ReferentMatch.Label("cat", null!));
    }

    private static void Check(int expected, string prediction, string referent)
    {
        int label = ReferentMatch.Label(prediction, referent);
        Assert.True(expected == label, $"'{prediction}' for '{referent}': expected {expected}, found {label}");
    }
}
