using Spot.Samples.TransferStudy;

namespace Spot.Tests.Samples;

/// <summary>Mixtures as the command line gives them.</summary>
public class MixtureArgumentTests
{
    [Fact]
    public void A_mixture_is_a_name_and_its_tasks()
    {
        MixtureArgument mixture = MixtureArgument.Parse("glue=cola,sst2,mrpc");
        Assert.Equal("glue", mixture.Name);
        Assert.Equal(["cola", "sst2", "mrpc"], mixture.Tasks);
        Assert.All(["glue", "=a,b", "glue=", "glue=a,,b", "a=b=c"], text => Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => MixtureArgument.Parse(text)).Message, StringComparison.Ordinal));
    }
}
