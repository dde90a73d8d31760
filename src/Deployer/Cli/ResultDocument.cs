using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Planning;

namespace Deployer.Cli;

/// <summary>The answer of <c>deploy</c>, <c>rollback</c> and <c>resume</c>: schema <c>deployer.result/1</c>, or the same for people.</summary>
internal static class ResultDocument
{
    private const int LongestInlineRequest = 200;

    public static JsonObject Of(string run, DeploymentPlan plan, Deployed deployed, IReadOnlyList<StepResult> steps) => new()
    {
        ["schema"] = "deployer.result/1",
        ["run"] = run,
        ["outcome"] = Outcome(steps),
        ["name"] = plan.Name,
        ["target"] = plan.Target,
        ["model"] = new JsonObject { ["name"] = deployed.Model.Name, ["version"] = deployed.Model.Version, ["sha256"] = deployed.Model.Sha256 },
        ["image"] = new JsonObject { ["reference"] = Reference(deployed), ["digest"] = deployed.Image.Digest.ToString() },
        ["endpoint"] = new JsonObject
        {
            ["url"] = deployed.Endpoint.Url.ToString(),
            ["scoringUri"] = deployed.Endpoint.ScoringUri.ToString(),
            ["swaggerUri"] = null,
        },
        ["revision"] = deployed.Endpoint.Revision,
        ["steps"] = Steps(steps),
    };

    public static JsonObject OfFailure(string run, DeploymentPlan plan, DeployerException e, IReadOnlyList<StepResult> steps) => new()
    {
        ["schema"] = "deployer.result/1",
        ["run"] = run,
        ["outcome"] = e.Code == FailureCode.Deadline ? "running" : "failed",
        ["name"] = plan.Name,
        ["target"] = plan.Target,
        ["error"] = new JsonObject
        {
            ["code"] = e.Code.ToString(),
            ["message"] = e.Message,
            ["remedy"] = e.Remedy,
            ["exitCode"] = ExitCodes.Of(e.Code),
        },
        ["steps"] = Steps(steps),
    };

    public static void Print(Verb verb, DeploymentPlan plan, Deployed deployed, IReadOnlyList<StepResult> steps)
    {
        TextWriter output = verb.Out;
        output.WriteLine($"{plan.Name} is live at {deployed.Endpoint.Url}{(Outcome(steps) == "unchanged" ? " (nothing had to change)" : "")}");
        output.WriteLine($"  model     {deployed.Model.Name} version {deployed.Model.Version}, sha256 {deployed.Model.Sha256[..12]}");
        output.WriteLine($"  image     {deployed.Image.Digest}");
        output.WriteLine($"  revision  {deployed.Endpoint.Revision}, {Proven(plan)}");
        output.WriteLine("Score a request:");
        output.WriteLine($"  curl -s {deployed.Endpoint.ScoringUri} -H 'Content-Type: application/json' {RequestArgument(verb, plan)}");
    }

    private static string Proven(DeploymentPlan plan) => plan.Verification.Golden.Count switch
    {
        0 => "answered a sample request (it was deployed without golden requests)",
        1 => "proven by 1 golden request",
        int count => $"proven by {count} golden requests",
    };

    private static string RequestArgument(Verb verb, DeploymentPlan plan)
    {
        if (plan.Verification.Golden is [var golden, ..])
            return $"--data {ShellQuoted("@" + Path.GetRelativePath(verb.Surroundings.CurrentFolder, golden.Request))}";
        return plan.Verification.SampleRequest is { Length: <= LongestInlineRequest } sample
            ? $"--data {ShellQuoted(sample)}"
            : $"--data @request.json   # `deployer inspect {ShellQuoted(Path.GetRelativePath(verb.Surroundings.CurrentFolder, plan.Model.Path))} --sample > request.json` makes one";
    }

    private static string ShellQuoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "@/._-+:,".Contains(c)) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Outcome(IReadOnlyList<StepResult> steps) => steps.All(s => s.Decision is "skip" or "adopt") ? "unchanged" : "deployed";

    private static string Reference(Deployed deployed) => $"oci:{deployed.Image.Layout}@{deployed.Image.Digest}";

    private static JsonArray Steps(IReadOnlyList<StepResult> steps) => new([.. steps.Select(s => (JsonNode)new JsonObject
    {
        ["name"] = s.Name,
        ["decision"] = s.Decision,
        ["outcome"] = s.Outcome,
        ["seconds"] = s.Seconds,
    })]);
}
