using Spot.Tests.Backbone;
using Spot.Tests.Library;
using Spot.Tests.Similarity;

namespace Spot.Tests;

/// <summary>The hand-written kernels on processors that lack what this one may have.</summary>
public class KernelPathTests
{
    private static readonly Type[] Exactness =
    [
        typeof(Backbone.EncoderPassTests), typeof(Backbone.SoftmaxKernelsTests), typeof(Similarity.KernelsTests),
        typeof(Similarity.PromptCosineTests), typeof(Library.RetrievalTests), typeof(Library.KeyTableTests),
        typeof(Backbone.HeadCodesTests), typeof(Backbone.HeadPhasesTests), typeof(Backbone.SequenceAttentionTests),
    ];

    [Theory]
    [InlineData("DOTNET_EnableAVX512F")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public Task Kernels_are_as_exact_without_these_instructions(string instructions) =>
        ChildProcess.RunTestsAsync([.. Exactness.SelectMany(type => (string[])["-class", type.FullName!])], instructions, "0");
}
