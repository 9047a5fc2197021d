using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class SharedPassesTests
{
    private static readonly T5Config Config = T5Config.Load(Path.Combine(TestModels.SpotTiny, "config.json")) with
    {
        Dim = 512,
        Heads = 6,
        HeadDim = 64,
        FeedForwardDim = 1024,
        EncoderLayers = 8,
    };

    [Fact]
    public void As_many_prompts_share_a_pass_as_memory_holds()
    {
        // By hand: 228 positions of 6 * 512 + 4 * 384 + 5 * 1024 numbers and 3 * 6 matrices of 228 * 228, in 8 blocks of 4 bytes a number.
        const long row = 4L * 8 * ((228 * (3072 + 1536 + 5120)) + (18 * 228 * 228));
        Assert.Equal(5, SharedPasses.Prompts(Config, rows: 4, length: 228, checkpointing: false, bytes: 5 * 4 * row));
        Assert.Equal(4, SharedPasses.Prompts(Config, rows: 4, length: 228, checkpointing: false, bytes: (5 * 4 * row) - 1));
        Assert.Equal(1, SharedPasses.Prompts(Config, rows: 4, length: 228, checkpointing: false, bytes: 1000)); // less than one cannot be
        Assert.True(SharedPasses.Prompts(Config, rows: 4, length: 228, checkpointing: true, bytes: 5 * 4 * row) > 20);
    }
}
