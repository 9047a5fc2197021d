using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Dropout masks are a pure function of seed, step, row, place and element.</summary>
public sealed class DropoutMasksTests : IDisposable
{
    private readonly DisposeScope _scope;

    public DropoutMasksTests()
    {
        TorchRuntime.EnsureLoaded();
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Values_are_zero_at_the_rate_and_else_keep_the_mean(double rate)
    {
        const int size = 100_000;
        DropoutMasks masks = new(rate, 1, 2, [0, 1], ScalarType.Float32, CPU);
        for (int place = 0; place < 3; place++)
        {
            float[] values = TestModels.Floats(masks.Next(size));
            float kept = (float)(1 / (1 - rate));
            Assert.All(values, value => Assert.True(value == 0 || value == kept, $"{value}"));
            double deviation = Math.Sqrt(rate * (1 - rate) / size);
            foreach (float[] row in values.Chunk(size))
            {
                double zeros = row.Count(value => value == 0) / (double)size;
                Assert.Equal(rate, zeros, 5 * deviation);
                Assert.Equal(1, row.Average(), 5 * deviation * kept);
            }
        }
    }

    [Fact]
    public void A_rows_masks_do_not_depend_on_the_other_rows_of_the_pass()
    {
        float[][] together = [.. Rows(Masks(rows: [4, 0, 31, 7]), 64)];
        for (int i = 0; i < 4; i++)
        {
            int row = new[] { 4, 0, 31, 7 }[i];
            Assert.Equal(together[i], Rows(Masks(rows: [row]), 64)[0]);
            Assert.Equal(together[i], Rows(Masks(rows: [9, row]), 64)[1]);
        }
    }

    [Fact]
    public void Masks_differ_between_rows_places_steps_and_seeds()
    {
        List<float[]> all = [];
        foreach (DropoutMasks masks in new[] { Masks(), Masks(step: 1), Masks(step: 2), Masks(seed: 1), Masks(seed: 2) })
        {
            for (int place = 0; place < 6; place++)
            {
                all.AddRange(Rows(masks, 256));
            }
        }

        // Two unrelated masks of 256 elements at rate 0.5 agree on 128, give or take 8.
        for (int i = 0; i < all.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.InRange(all[i].Zip(all[j]).Count(pair => pair.First == pair.Second), 80, 176);
            }
        }
    }

    [Fact]
    public void Same_seed_step_and_row_give_the_same_masks()
    {
        DropoutMasks first = Masks(), second = Masks();
        for (int place = 0; place < 4; place++)
        {
            Assert.Equal(Rows(first, 64), Rows(second, 64));
        }
    }

    [Fact]
    public void A_keys_mask_stays_when_more_keys_follow()
    {
        const int heads = 4;
        Tensor few = Masks().NextPerKey(heads, 5), many = Masks().NextPerKey(heads, 9);
        Assert.Equal([4, heads, 5], few.shape);
        Assert.Equal([4, heads, 9], many.shape);
        Assert.Equal(TestModels.Floats(few), TestModels.Floats(many.narrow(2, 0, 5)));
        float[] flat = TestModels.Floats(many);
        Assert.Equal(4 * heads, flat.Chunk(9).Select(keys => string.Join(' ', keys)).Distinct().Count()); // every head and row its own
    }

    [Fact]
    public void Shape_and_type_are_the_activations()
    {
        Tensor mask = new DropoutMasks(0.25, 0, 0, [1, 2, 3], ScalarType.BFloat16, CPU).Next(1, 8);
        Assert.Equal([3, 1, 8], mask.shape);
        Assert.Equal(ScalarType.BFloat16, mask.dtype);
    }

    private static DropoutMasks Masks(long seed = 0, long step = 0, int[]? rows = null) =>
        new(0.5, seed, step, rows ?? [0, 1, 2, 3], ScalarType.Float32, CPU);

    private static float[][] Rows(DropoutMasks masks, int size) => [.. TestModels.Floats(masks.Next(size)).Chunk(size)];
}
