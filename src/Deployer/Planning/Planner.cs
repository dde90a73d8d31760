using Deployer.Configuration;
using Deployer.Models;

namespace Deployer.Planning;

/// <summary>From settings to a plan; pure.</summary>
public static class Planner
{
    /// <summary>Version of the packing rules.</summary>
    public const int Packer = 1;

    // The plan goes into the journal, whose records are small.
    private const int LongestSample = 16 * 1024;

    /// <param name="target">Where to deploy.</param>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="model">What the .onnx file says.</param>
    /// <param name="scorer">What goes into the image beside it.</param>
    /// <param name="architecture">OCI's word for the processor the image is for.</param>
    /// <param name="created">SOURCE_DATE_EPOCH, or 0.</param>
    /// <param name="digestOf">SHA-256 of a golden file.</param>
    /// <param name="sampleRequest">Sent where there are no golden requests; null when the model allows none.</param>
    /// <exception cref="DeployerException">Outputs are asked for that the model does not have.</exception>
    public static DeploymentPlan Plan(
        string target, DeploymentSettings settings, OnnxModel model, ScorerRelease scorer, string architecture, long created,
        Func<string, string> digestOf, string? sampleRequest)
    {
        RefuseUnknownOutputs(settings.Scoring.Outputs, model);
        return new DeploymentPlan
        {
            Target = target,
            Name = settings.Name,
            Model = new ModelPlan
            {
                Path = model.Path,
                Name = settings.Model.Name,
                Sha256 = model.Sha256,
                Description = settings.Model.Description,
                Tags = Sorted(settings.Model.Tags),
                Properties = Sorted(settings.Model.Properties),
            },
            Image = new ImagePlan
            {
                Packer = Packer,
                Base = settings.Environment.Image,
                Architecture = architecture,
                Scorer = scorer.Digest,
                ModelName = settings.Model.Name,
                ModelSha256 = model.Sha256,
                ModelFile = Path.GetFileName(model.Path),
                Scoring = new ScoringPlan
                {
                    Outputs = settings.Scoring.Outputs,
                    Port = settings.Environment.Port,
                    ScoringRoute = settings.Environment.ScoringRoute,
                    LivenessRoute = settings.Environment.LivenessRoute,
                    ReadinessRoute = settings.Environment.ReadinessRoute,
                    ExecutionProvider = settings.Environment.ExecutionProvider,
                },
                Environment = Sorted(settings.Environment.EnvironmentVariables),
                Created = created,
            },
            Readiness = new ReadinessPlan
            {
                InitialDelaySeconds = settings.ReadinessProbe.InitialDelay.TotalSeconds,
                PeriodSeconds = settings.ReadinessProbe.Period.TotalSeconds,
                TimeoutSeconds = settings.ReadinessProbe.Timeout.TotalSeconds,
                DeadlineSeconds = settings.ReadinessProbe.Deadline.TotalSeconds,
            },
            Verification = new VerificationPlan
            {
                AbsoluteTolerance = settings.Verification.AbsoluteTolerance,
                RelativeTolerance = settings.Verification.RelativeTolerance,
                RequestTimeoutSeconds = settings.Request.Timeout.TotalSeconds,
                Golden = [.. settings.Verification.Golden.Select(g => new GoldenPlan(g.Request, digestOf(g.Request), g.Response, digestOf(g.Response)))],
                SampleRequest = settings.Verification.Golden.Count == 0 && sampleRequest?.Length <= LongestSample ? sampleRequest : null,
            },
            Local = new LocalPlan { Port = settings.Local.Port, KeepRevisions = settings.Local.KeepRevisions },
        };
    }

    private static void RefuseUnknownOutputs(IReadOnlyList<string> outputs, OnnxModel model)
    {
        string[] unknown = [.. outputs.Where(o => model.Outputs.All(m => m.Name != o))];
        if (unknown.Length == 0) return;
        throw new DeployerException(FailureCode.Configuration,
            $"scoring.outputs: the model has no output named {string.Join(", ", unknown.Select(o => $"'{o}'"))}; it has {string.Join(", ", model.Outputs.Select(o => $"'{o.Name}'"))}.",
            "Name outputs that the model has, or leave scoring.outputs out to return all of them.");
    }

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> values)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in values) sorted[key] = value;
        return sorted;
    }
}
