using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Deployer.Planning;

/// <summary>
/// Everything a deployment is to be, decided before anything runs and pinned in the journal. Equal plans have equal hashes.
/// Files are named by path and digest; their content is never in it, nor is any secret.
/// </summary>
public sealed record DeploymentPlan
{
    /// <summary><c>local</c>.</summary>
    public required string Target { get; init; }
    /// <summary>The endpoint's name.</summary>
    public required string Name { get; init; }
    public required ModelPlan Model { get; init; }
    public required ImagePlan Image { get; init; }
    public required ReadinessPlan Readiness { get; init; }
    public required VerificationPlan Verification { get; init; }
    public required LocalPlan Local { get; init; }

    /// <summary>Names the deployment's folder and stamps.</summary>
    [JsonIgnore]
    public string Deployment => DeploymentName(Target, Name);

    /// <summary>SHA-256 of the plan document, 64 lower-case hex digits.</summary>
    [JsonIgnore]
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, PlanJson.Default.DeploymentPlan)));

    public static string DeploymentName(string target, string name) => $"{target}-{name}";

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, PlanJson.Default.DeploymentPlan)!.AsObject();

    /// <exception cref="DeployerException">The document was written by another version.</exception>
    public static DeploymentPlan FromJson(JsonNode document)
    {
        try
        {
            return document.Deserialize(PlanJson.Default.DeploymentPlan) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new DeployerException(FailureCode.Configuration, $"The plan in the journal is not one of this version: {e.Message}",
                "Run `deployer deploy` to plan anew.", e);
        }
    }
}

/// <summary>The model to register.</summary>
public sealed record ModelPlan
{
    /// <summary>Absolute path of the .onnx file.</summary>
    public required string Path { get; init; }
    public required string Name { get; init; }
    /// <summary>See <see cref="Models.OnnxModel.Sha256"/>.</summary>
    public required string Sha256 { get; init; }
    public required string Description { get; init; }
    public required SortedDictionary<string, string> Tags { get; init; }
    public required SortedDictionary<string, string> Properties { get; init; }
}

/// <summary>The image to build. Its hash is the image's name in a layout.</summary>
public sealed record ImagePlan
{
    /// <summary>Version of the packing rules; part of the hash because they decide the bytes.</summary>
    public required int Packer { get; init; }
    /// <summary>The base image; <c>scratch</c> is none.</summary>
    public required string Base { get; init; }
    /// <summary>OCI's word: <c>amd64</c>, <c>arm64</c>.</summary>
    public required string Architecture { get; init; }
    /// <summary>Digest of the scorer's files.</summary>
    public required string Scorer { get; init; }
    public required string ModelName { get; init; }
    public required string ModelSha256 { get; init; }
    /// <summary>The .onnx file's own name.</summary>
    public required string ModelFile { get; init; }
    public required ScoringPlan Scoring { get; init; }
    public required SortedDictionary<string, string> Environment { get; init; }
    /// <summary>Seconds since 1970 that everything in the image carries.</summary>
    public required long Created { get; init; }

    /// <summary>64 lower-case hex digits.</summary>
    [JsonIgnore]
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, PlanJson.Default.ImagePlan)));
}

/// <summary>What the scorer reads as scoring.json, but for the model's path.</summary>
public sealed record ScoringPlan
{
    /// <summary>Outputs to return; empty means all.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }
    public required int Port { get; init; }
    public required string ScoringRoute { get; init; }
    public required string LivenessRoute { get; init; }
    public required string ReadinessRoute { get; init; }
    public required string ExecutionProvider { get; init; }
}

/// <summary>How a revision is asked whether it is ready.</summary>
public sealed record ReadinessPlan
{
    public required double InitialDelaySeconds { get; init; }
    public required double PeriodSeconds { get; init; }
    public required double TimeoutSeconds { get; init; }
    public required double DeadlineSeconds { get; init; }
}

/// <summary>How a revision proves itself.</summary>
public sealed record VerificationPlan
{
    public required double AbsoluteTolerance { get; init; }
    public required double RelativeTolerance { get; init; }
    public required double RequestTimeoutSeconds { get; init; }
    public required IReadOnlyList<GoldenPlan> Golden { get; init; }
    /// <summary>Sent when there are no golden requests; null when the model's inputs allow none.</summary>
    public string? SampleRequest { get; init; }

    /// <summary>64 lower-case hex digits.</summary>
    [JsonIgnore]
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, PlanJson.Default.VerificationPlan)));
}

/// <summary>A request and its right answer: absolute paths, and the SHA-256 of what they held when the plan was made.</summary>
public sealed record GoldenPlan(string Request, string RequestSha256, string Response, string ResponseSha256);

/// <summary>The local target's own part.</summary>
public sealed record LocalPlan
{
    /// <summary>0 takes a free port once and keeps it.</summary>
    public required int Port { get; init; }
    public required int KeepRevisions { get; init; }
}

[JsonSerializable(typeof(DeploymentPlan))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class PlanJson : JsonSerializerContext;
