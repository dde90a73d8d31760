using System.CommandLine;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Images;
using Deployer.Local;
using Deployer.Planning;

namespace Deployer.Cli;

/// <summary><c>deployer build</c>: the image only, into the endpoint's own store or into an OCI layout of the user's.</summary>
public sealed class BuildCommand(Invocation invocation, DeploymentSetup setup)
{
    private const string LayoutScheme = "oci-layout:";

    private static readonly Option<string?> To = new("--to")
    {
        Description = "Where the image goes: oci-layout:DIR. Without it, the store of the local target.",
        HelpName = "oci-layout:DIR",
    };

    private static readonly Option<bool> Adopt = new("--adopt") { Description = "Take over the layout's image named 'latest' though another tool made it." };
    private static readonly Option<int> Timeout = Options.Timeout();

    public Command Create()
    {
        var command = new Command("build", "Builds the scoring image only: scorer, model and configuration, a layer each. No Docker needed.") { To, Adopt, Timeout };
        To.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } to && (!to.StartsWith(LayoutScheme, StringComparison.Ordinal) || to.Length == LayoutScheme.Length))
                result.AddError($"--to takes oci-layout:DIR, not '{to}'.");
        });
        command.SetAction((parsed, _) => invocation.RunAsync(parsed, (verb, token) => RunAsync(parsed, verb, token)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Verb verb, CancellationToken cancellationToken)
    {
        var configuration = verb.ReadConfiguration();
        StateDirectory state = Verb.StateOf(configuration.Workspace);
        (DeploymentPlan plan, var model, var scorer) = await setup.PlanAsync("local", configuration, keepGolden: false, cancellationToken).ConfigureAwait(false);
        DeploymentMaterials materials = DeploymentSetup.Materials(plan, model, scorer, state);
        if (parsed.GetValue(To) is { } to)
            materials = materials with { Layout = Path.GetFullPath(to[LayoutScheme.Length..], verb.Surroundings.CurrentFolder), ImageName = "latest" };

        var terms = new RunTerms(RunId.New(verb.Surroundings.Time), plan.Deployment, "build", plan.Hash, plan.ToJson(),
            TimeSpan.FromSeconds(parsed.GetValue(Timeout)), parsed.GetValue(Adopt));
        TargetSteps steps = setup.LocalSteps(state, plan.Name, TimeSpan.Zero);
        BuiltImage image = await verb.RunAsync(state, terms,
            (run, token) => run.RunAsync(steps.Build, new(plan.Image, model, scorer, materials.Layout, materials.ImageName), token),
            cancellationToken).ConfigureAwait(false);
        Print(verb, image);
        return ExitCodes.Done;
    }

    private static void Print(Verb verb, BuiltImage image)
    {
        string reference = $"oci:{image.Layout}@{image.Digest}";
        if (verb.IsJson)
        {
            verb.Answer(new JsonObject
            {
                ["reference"] = reference,
                ["digest"] = image.Digest.ToString(),
                ["layers"] = new JsonArray([.. image.Layers.Select(l =>
                    (JsonNode)new JsonObject { ["digest"] = l.Digest.ToString(), ["size"] = l.Size, ["reused"] = l.Reused })]),
            });
            return;
        }
        verb.Out.WriteLine(reference);
        foreach (BuiltLayer layer in image.Layers)
            verb.Out.WriteLine($"  layer {layer.Digest} {Words.Bytes(layer.Size)}{(layer.Reused ? ", there already" : "")}");
    }
}
