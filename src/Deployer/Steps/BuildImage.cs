using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deployer.Engine;
using Deployer.Images;
using Deployer.Models;
using Deployer.Planning;

namespace Deployer.Steps;

/// <summary>What building needs, and where the image is to go.</summary>
/// <param name="Plan">What the image is to be.</param>
/// <param name="Model">As it was read.</param>
/// <param name="Scorer">As it was read.</param>
/// <param name="Layout">Folder of the OCI layout.</param>
/// <param name="Tag">The image's name in it.</param>
public sealed record BuildImageInput(ImagePlan Plan, OnnxModel Model, ScorerRelease Scorer, string Layout, string Tag);

/// <summary>Builds the scoring image: the scorer, the model, and the configuration, a layer each, so that a change re-makes only what it touches.</summary>
public sealed class BuildImage : IStep<BuildImageInput, BuiltImage>
{
    // Which layers were packed anew is known only to the build itself.
    private BuiltImage? built;

    public string Name => "build-image";

    public TimeSpan Deadline => TimeSpan.FromMinutes(30);

    public Pace Pace => Pace.Local;

    public string Identity(BuildImageInput input) => $"{input.Plan.Hash}\n{input.Tag}\n{input.Layout}";

    public Task<Observation<BuiltImage>> ObserveAsync(BuildImageInput input, CancellationToken cancellationToken)
    {
        BuiltImage? found = Find(input);
        Observation<BuiltImage> observation =
            found is null ? new Observation<BuiltImage>.Absent()
            : PlanOf(input.Layout, found) is not { } plan ? new Observation<BuiltImage>.Foreign($"the image named '{input.Tag}' in {input.Layout} carries no {Stamps.Plan}")
            : plan != input.Plan.Hash ? new Observation<BuiltImage>.Differs($"the image named '{input.Tag}' was built from another plan")
            : new Observation<BuiltImage>.Match(found);
        return Task.FromResult(observation);
    }

    public Task ActAsync(BuildImageInput input, IProgress<Amount> progress, CancellationToken cancellationToken) =>
        Task.Run(() => built = new ImageBuilder(new OciLayout(input.Layout)).Build(Spec(input), input.Tag, progress, cancellationToken), cancellationToken);

    public Task<Poll<BuiltImage>> PollAsync(BuildImageInput input, CancellationToken cancellationToken)
    {
        Poll<BuiltImage> poll = Find(input) is { } found
            ? new Poll<BuiltImage>.Succeeded(found.Digest == built?.Digest ? built : found)
            : new Poll<BuiltImage>.Running("the image to appear in the layout");
        return Task.FromResult(poll);
    }

    /// <summary>An image is content: leaving it costs disk and nothing else, and the next build uses its layers.</summary>
    public Task<bool> UndoAsync(BuildImageInput input, CancellationToken cancellationToken) => Task.FromResult(false);

    public JsonObject Describe(BuiltImage output) => new() { ["digest"] = output.Digest.ToString() };

    private static BuiltImage? Find(BuildImageInput input) => new ImageBuilder(new OciLayout(input.Layout)).Find(input.Tag);

    private static string? PlanOf(string layout, BuiltImage image) =>
        new OciLayout(layout).ReadManifest(image.Digest).Annotations?.GetValueOrDefault(Stamps.Plan);

    private static ImageSpec Spec(BuildImageInput input)
    {
        ImagePlan plan = input.Plan;
        string modelFolder = $"models/{plan.ModelName}";
        return new ImageSpec
        {
            Platform = new Platform { Architecture = plan.Architecture, Os = "linux" },
            Layers =
            [
                new LayerSpec("scorer", [.. input.Scorer.Files.Select(f =>
                    LayerFile.FromDisk($"app/{f.Path}", Path.Combine(input.Scorer.Folder, f.Path), f.Size, f.Sha256, f.Executable))]),
                new LayerSpec("model", [.. input.Model.Files.Select(f =>
                    LayerFile.FromDisk($"{modelFolder}/{f.RelativePath}", Path.Combine(Path.GetDirectoryName(input.Model.Path)!, f.RelativePath), f.Size, f.Sha256, executable: false))]),
                new LayerSpec("configuration", [LayerFile.FromBytes("app/scoring.json", ScoringJson(plan, $"../{modelFolder}/{plan.ModelFile}"))]),
            ],
            Entrypoint = ["/app/scorer"],
            WorkingDirectory = "/app",
            User = "65532:65532",
            Port = plan.Scoring.Port,
            Environment = new Dictionary<string, string>(plan.Environment)
            {
                ["ORT_DISABLE_TELEMETRY"] = "1",
                ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            },
            Labels = new Dictionary<string, string>
            {
                ["deployer-packer"] = plan.Packer.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["deployer-model-name"] = plan.ModelName,
                ["deployer-model-sha256"] = plan.ModelSha256,
            },
            Annotations = new Dictionary<string, string>
            {
                [Stamps.Plan] = plan.Hash,
                ["org.opencontainers.image.title"] = plan.ModelName,
            },
            Created = DateTimeOffset.FromUnixTimeSeconds(plan.Created),
        };
    }

    /// <summary>What the scorer reads when it starts.</summary>
    private static byte[] ScoringJson(ImagePlan plan, string model)
    {
        var json = new JsonObject
        {
            ["model"] = model,
            ["outputs"] = new JsonArray([.. plan.Scoring.Outputs.Select(o => (JsonNode)o)]),
            ["port"] = plan.Scoring.Port,
            ["routes"] = new JsonObject
            {
                ["scoring"] = plan.Scoring.ScoringRoute,
                ["liveness"] = plan.Scoring.LivenessRoute,
                ["readiness"] = plan.Scoring.ReadinessRoute,
            },
            ["execution_provider"] = plan.Scoring.ExecutionProvider,
        };
        return Encoding.UTF8.GetBytes(json.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n");
    }
}
