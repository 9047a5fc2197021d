using System.Text.Json;
using Spot.Backbone;

namespace Spot.Tests.Backbone;

public class RelativePositionTests
{
    [Fact]
    public void Buckets_equal_the_reference()
    {
        foreach (string folder in GoldenData.Folders("t5"))
        {
            JsonElement golden = GoldenData.Json(Path.Combine(folder, "relative_buckets.json"));
            int first = golden.GetProperty("first").GetInt32();
            foreach (JsonElement table in golden.GetProperty("tables").EnumerateArray())
            {
                int position = first;
                foreach (JsonElement bucket in table.GetProperty("bucket").EnumerateArray())
                {
                    int actual = RelativePosition.Bucket(
                        position,
                        table.GetProperty("bidirectional").GetBoolean(),
                        table.GetProperty("num_buckets").GetInt32(),
                        table.GetProperty("max_distance").GetInt32());
                    Assert.True(bucket.GetInt32() == actual, $"position {position}: bucket {actual}, expected {bucket.GetInt32()} in {table}");
                    position++;
                }
            }
        }
    }
}
