using Deployer.Configuration;

namespace Deployer.Tests.Configuration;

/// <summary>The files this repository comes with.</summary>
public sealed class ExampleSpecs
{
    private static readonly LoadedConfiguration Example = new ConfigurationFiles(Repository.Root).Read(null, null);

    [Fact]
    public void The_example_workspace_is_read() => Assert.Equal(
        new Workspace
        {
            SubscriptionId = "00000000-0000-0000-0000-000000000000",
            ResourceGroup = "rg-scoring",
            WorkspaceName = "ws-scoring",
            File = Repository.File("workspace.json"),
        },
        Example.Workspace);

    [Fact]
    public void The_example_deployment_is_read() => Assert.Equivalent(
        new DeploymentSettings
        {
            Name = "mnist",
            Model = new()
            {
                Path = Repository.File("samples", "mnist", "model.onnx"),
                Name = "mnist-digits",
                Description = "Reads handwritten digits.",
                Tags = new Dictionary<string, string> { ["task"] = "image-classification" },
                Properties = new Dictionary<string, string> { ["trained_by"] = "samples/mnist/train.py" },
            },
            Environment = new()
            {
                Name = "mnist-cpu",
                Description = "ONNX Runtime on the CPU, on no base image.",
                Image = "scratch",
                ExecutionProvider = "cpu",
                EnvironmentVariables = new Dictionary<string, string> { ["DOTNET_gcServer"] = "0" },
                Port = 5001,
                ScoringRoute = "/score",
                LivenessRoute = "/health/live",
                ReadinessRoute = "/health/ready",
                Requests = new() { Cpu = 0.5m, Memory = 512 << 20 },
                Limits = new() { Cpu = 1, Memory = 1 << 30 },
            },
            Scoring = new() { Outputs = ["probabilities", "digit"] },
            Verification = new()
            {
                AbsoluteTolerance = 1e-5,
                RelativeTolerance = 1e-3,
                Golden = [Golden("seven"), Golden("three"), Golden("zero"), Golden("batch")],
            },
            Request = new() { Timeout = TimeSpan.FromMinutes(1) },
            ReadinessProbe = new() { InitialDelay = TimeSpan.Zero, Period = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(2), FailureThreshold = 60 },
            Local = new() { Port = 0, KeepRevisions = 5 },
        },
        Example.Deployment,
        strict: true);

    [Fact]
    public void What_the_example_calls_a_default_is_the_default()
    {
        using var project = new TemporaryProject();
        DeploymentSettings bare = project.Read().Deployment;
        DeploymentSettings example = Example.Deployment;

        Assert.Equal("mnist", bare.Model.Name);
        Assert.Equal(project["model.onnx"], bare.Model.Path);
        Assert.Equal(("", 0, 0), (bare.Model.Description, bare.Model.Tags.Count, bare.Model.Properties.Count));
        Assert.Empty(bare.Scoring.Outputs);
        Assert.Empty(bare.Verification.Golden);
        Assert.Equal(example.Verification with { Golden = bare.Verification.Golden }, bare.Verification);
        Assert.Equal(example.Request, bare.Request);
        Assert.Equal(example.ReadinessProbe, bare.ReadinessProbe);
        Assert.Equal(example.Local, bare.Local);
        Assert.Empty(bare.Environment.EnvironmentVariables);
        Assert.Equal(example.Environment with { Description = "", EnvironmentVariables = bare.Environment.EnvironmentVariables }, bare.Environment);
    }

    [Fact]
    public void The_example_files_show_every_key()
    {
        AssertShows("deployment.yaml", DeploymentFile.Shape.Facts);
        AssertShows("environment.yaml", EnvironmentFile.Shape.Facts);
    }

    private static void AssertShows(string file, ShapeFacts shape) =>
        AssertShows(ConfigurationText.ReadYaml(Repository.File("config", file), new Problems("/"))!, shape);

    private static void AssertShows(ConfigNode node, ShapeFacts shape)
    {
        foreach (KeyFacts key in (shape.Keys ?? []).Where(k => k.Name != "$schema"))
        {
            var map = Assert.IsType<ConfigNode.Map>(node);
            Assert.Contains(key.Name, map.Entries.Keys);
            AssertShows(map.Entries[key.Name], key.Value);
        }
    }

    private static GoldenSettings Golden(string name) => new()
    {
        Request = Repository.File("samples", "mnist", "golden", $"{name}.json"),
        Response = Repository.File("samples", "mnist", "golden", $"{name}.expected.json"),
    };
}
