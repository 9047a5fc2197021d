using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>What a decoding holds.</summary>
[Collection(Alone.Name)] // tensors are counted in the whole process
public class DecodingBatchMemoryTests
{
    [Fact]
    public void What_it_keeps_outlives_scopes_and_ends_with_it()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        using DisposeScope outer = NewDisposeScope();
        long before = Tensor.TotalCount;
        using (DecodingBatch batch = new(model))
        {
            for (int round = 0; round < 3; round++)
            {
                using DisposeScope scope = NewDisposeScope();
                batch.Add(ones(2, 4, model.Config.Dim), [4, 2], [3, 9]);
                batch.Step(new int[batch.Count]);
                batch.Keep([0, 0, 1]);
            }

            Assert.Equal(3, batch.Count);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Rows_that_write_little_keep_their_states_alone()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        using DisposeScope outer = NewDisposeScope();
        using DecodingBatch batch = new(model);
        Tensor states = ones(3, 4, model.Config.Dim);
        long before = Tensor.TotalCount;
        batch.Add(states, [4, 2, 3], [8, 1, 3]);
        Assert.Equal(before + 1 + 3, Tensor.TotalCount); // the states, and what each row has of its own
        batch.Add(states, [4, 2, 3], [9, 8, 0]);
        Assert.Equal(before + 4 + 1 + (2 * model.Config.DecoderLayers) + 3, Tensor.TotalCount);
    }
}
