using Deployer.Cli;

namespace Deployer.Tests.Cli;

public sealed class CiAnnotationSpecs
{
    private static readonly DeployerException InFiles = new(FailureCode.Configuration,
        "2 problems in the configuration:\nconfig/a.yaml:7:10: model.path: missing\nconfig/a.yaml:9:3: 100 % wrong", "Mend them.");

    private static readonly DeployerException Plain = new(FailureCode.Verification, "Wrong\nanswer.", "Look.");

    [Fact]
    public void GitHub_shows_each_configuration_problem_at_its_place() => Assert.Equal(
        [
            "::error title=deployer Configuration,file=config/a.yaml,line=7,col=10::model.path: missing",
            "::error title=deployer Configuration,file=config/a.yaml,line=9,col=3::100 %25 wrong",
        ],
        CiAnnotation.Errors(CiSystem.GitHubActions, InFiles, f => f));

    [Fact]
    public void Azure_Pipelines_does_too() => Assert.Equal(
        [
            "##vso[task.logissue type=error;code=Configuration;sourcepath=config/a.yaml;linenumber=7;columnnumber=10]model.path: missing",
            "##vso[task.logissue type=error;code=Configuration;sourcepath=config/a.yaml;linenumber=9;columnnumber=3]100 %25 wrong",
        ],
        CiAnnotation.Errors(CiSystem.AzurePipelines, InFiles, f => f));

    [Fact]
    public void Any_other_failure_is_one_line_with_its_remedy()
    {
        Assert.Equal(["::error title=deployer Verification::Wrong%0Aanswer. Look."], CiAnnotation.Errors(CiSystem.GitHubActions, Plain, f => f));
        Assert.Equal(["##vso[task.logissue type=error;code=Verification]Wrong%0Aanswer. Look."], CiAnnotation.Errors(CiSystem.AzurePipelines, Plain, f => f));
    }

    [Theory]
    [InlineData("config/a.yaml", "/checkout/services/digits", "/checkout", "services/digits/config/a.yaml")]
    [InlineData("/checkout/samples/a.json", "/checkout/services/digits", "/checkout", "samples/a.json")]
    [InlineData("config/a.yaml", "/elsewhere", "/checkout", "config/a.yaml")]
    [InlineData("config/a.yaml", "/checkout", null, "config/a.yaml")]
    public void A_file_is_named_as_the_checkout_knows_it(string file, string currentFolder, string? checkout, string shown) =>
        Assert.Equal(shown, CiAnnotation.FromCheckout(file, currentFolder, checkout));
}
