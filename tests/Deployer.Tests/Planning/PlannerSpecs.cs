using Deployer.Configuration;
using Deployer.Models;
using Deployer.Planning;

namespace Deployer.Tests.Planning;

public sealed class PlannerSpecs
{
    private static readonly OnnxModel Model = new()
    {
        Path = "/models/churn.onnx",
        Size = 10,
        Sha256 = new string('a', 64),
        Files = [new ModelFile("churn.onnx", 10, new string('a', 64))],
        IrVersion = 8,
        ProducerName = "",
        ProducerVersion = "",
        Domain = "",
        ModelVersion = 0,
        GraphName = "",
        Description = "",
        OpsetImports = new Dictionary<string, long> { ["ai.onnx"] = 17 },
        Metadata = new Dictionary<string, string>(),
        ParameterCount = 0,
        Operators = [],
        Inputs = [new ModelValue("x", "float", [])],
        Outputs = [new ModelValue("label", "int64", []), new ModelValue("score", "float", [])],
        Warnings = [],
    };

    private static readonly DeploymentSettings Settings = new()
    {
        Name = "churn",
        Model = new ModelSettings
        {
            Path = "/models/churn.onnx",
            Name = "churn",
            Description = "",
            Tags = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
            Properties = new Dictionary<string, string>(),
        },
        Environment = new EnvironmentSettings
        {
            Name = "cpu",
            Description = "",
            Image = "scratch",
            ExecutionProvider = "cpu",
            EnvironmentVariables = new Dictionary<string, string>(),
            Port = 5001,
            ScoringRoute = "/score",
            LivenessRoute = "/health/live",
            ReadinessRoute = "/health/ready",
            Requests = new ResourceSettings { Cpu = 0.5m, Memory = 1 << 29 },
            Limits = new ResourceSettings { Cpu = 1, Memory = 1 << 30 },
        },
        Scoring = new ScoringSettings { Outputs = [] },
        Verification = new VerificationSettings { AbsoluteTolerance = 1e-5, RelativeTolerance = 1e-3, Golden = [new GoldenSettings { Request = "/g/1", Response = "/g/2" }] },
        Request = new RequestSettings { Timeout = TimeSpan.FromSeconds(60) },
        ReadinessProbe = new ProbeSettings { InitialDelay = TimeSpan.FromSeconds(5), Period = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(1), FailureThreshold = 10 },
        Local = new LocalTargetSettings { Port = 0, KeepRevisions = 5 },
    };

    [Fact]
    public void Equal_settings_give_equal_plans_whatever_the_order_of_their_keys()
    {
        var reordered = Settings with { Model = Settings.Model with { Tags = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } } };
        Assert.Equal(Plan(Settings).Hash, Plan(reordered).Hash);
    }

    [Fact]
    public void A_plan_survives_the_journal()
    {
        DeploymentPlan plan = Plan(Settings);
        Assert.Equal(plan.Hash, DeploymentPlan.FromJson(plan.ToJson()).Hash);
    }

    [Fact]
    public void What_is_asked_for_about_the_image_changes_the_image_and_nothing_else_does()
    {
        string image = Plan(Settings).Image.Hash;
        Assert.NotEqual(image, Plan(Settings with { Scoring = new ScoringSettings { Outputs = ["score"] } }).Image.Hash);
        Assert.NotEqual(image, Plan(Settings with { Environment = Settings.Environment with { EnvironmentVariables = new Dictionary<string, string> { ["A"] = "1" } } }).Image.Hash);
        Assert.NotEqual(image, Plan(Settings with { Environment = Settings.Environment with { ScoringRoute = "/predict" } }).Image.Hash);
        Assert.NotEqual(image, Plan(Settings, Model with { Sha256 = new string('b', 64) }).Image.Hash);

        DeploymentPlan other = Plan(Settings with { Local = new LocalTargetSettings { Port = 8080, KeepRevisions = 1 }, Model = Settings.Model with { Description = "new" } });
        Assert.Equal(image, other.Image.Hash);
        Assert.NotEqual(Plan(Settings).Hash, other.Hash);
    }

    [Fact]
    public void Golden_files_are_in_the_plan_by_their_content() =>
        Assert.NotEqual(Plan(Settings).Verification.Hash, Plan(Settings, digestOf: _ => "another content").Verification.Hash);

    [Fact]
    public void A_revision_is_given_up_on_after_the_initial_delay_and_every_failed_probe() =>
        Assert.Equal(25, Plan(Settings).Readiness.DeadlineSeconds);

    [Fact]
    public void Outputs_that_the_model_does_not_have_are_refused_with_those_it_has()
    {
        DeployerException e = Assert.Throws<DeployerException>(() => Plan(Settings with { Scoring = new ScoringSettings { Outputs = ["score", "lable", "x"] } }));
        Assert.Equal(2, ExitCodes.Of(e.Code));
        Assert.Equal("scoring.outputs: the model has no output named 'lable', 'x'; it has 'label', 'score'.", e.Message);
    }

    private static DeploymentPlan Plan(DeploymentSettings settings, OnnxModel? model = null, Func<string, string>? digestOf = null) => Planner.Plan(
        "local", settings, model ?? Model, new ScorerRelease("/scorer", [], new string('c', 64)), "amd64", 0, digestOf ?? (path => $"digest of {path}"), "{}");
}
