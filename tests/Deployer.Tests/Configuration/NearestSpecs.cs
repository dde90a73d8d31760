using Deployer.Configuration;

namespace Deployer.Tests.Configuration;

public sealed class NearestSpecs
{
    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("scoring", "scoring", 0)]
    [InlineData("scornig", "scoring", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    public void Edits_are_counted(string from, string to, int edits) => Assert.Equal(edits, Nearest.Distance(from, to));

    [Theory]
    [InlineData("prot", "port")]
    [InlineData("PORT", "port")]
    [InlineData("keeprevision", "keep_revisions")]
    [InlineData("po", null)]
    [InlineData("pxxt", null)]
    [InlineData("replicas", null)]
    public void Only_what_is_near_is_offered(string written, string? offered) => Assert.Equal(offered, Nearest.To(written, ["port", "keep_revisions"]));
}
