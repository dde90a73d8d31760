using System.Text.Json.Serialization;

namespace Deployer.Images;

/// <summary>Media types of the OCI image specification 1.1.</summary>
public static class MediaTypes
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Config = "application/vnd.oci.image.config.v1+json";
    /// <summary>An uncompressed layer: its digest is also its DiffID.</summary>
    public const string Layer = "application/vnd.oci.image.layer.v1.tar";
}

/// <summary>image-spec descriptor.md: names a blob.</summary>
public sealed record Descriptor
{
    public required string MediaType { get; init; }
    public required string Digest { get; init; }
    public required long Size { get; init; }
    public SortedDictionary<string, string>? Annotations { get; init; }
    public Platform? Platform { get; init; }
}

/// <summary>image-spec image-index.md: the platform of a manifest.</summary>
public sealed record Platform
{
    public required string Architecture { get; init; }
    public required string Os { get; init; }
}

/// <summary>image-spec image-index.md; also a layout's index.json.</summary>
public sealed record ImageIndex
{
    public int SchemaVersion { get; init; } = 2;
    public string MediaType { get; init; } = MediaTypes.Index;
    public required IReadOnlyList<Descriptor> Manifests { get; init; }
}

/// <summary>image-spec manifest.md.</summary>
public sealed record Manifest
{
    public int SchemaVersion { get; init; } = 2;
    public string MediaType { get; init; } = MediaTypes.Manifest;
    public required Descriptor Config { get; init; }
    public required IReadOnlyList<Descriptor> Layers { get; init; }
    public SortedDictionary<string, string>? Annotations { get; init; }
}

/// <summary>image-spec config.md: the image's own JSON.</summary>
public sealed record ImageConfig
{
    public required DateTimeOffset Created { get; init; }
    public required string Architecture { get; init; }
    public required string Os { get; init; }
    public required ContainerConfig Config { get; init; }
    public required RootFs Rootfs { get; init; }
    public required IReadOnlyList<HistoryEntry> History { get; init; }
}

/// <summary>image-spec config.md: how a container of the image is run. The spec spells these in Pascal case.</summary>
public sealed record ContainerConfig
{
    [JsonPropertyName("User")] public required string User { get; init; }
    [JsonPropertyName("ExposedPorts")] public required SortedDictionary<string, EmptyObject> ExposedPorts { get; init; }
    /// <summary><c>NAME=value</c>, in ordinal order.</summary>
    [JsonPropertyName("Env")] public required IReadOnlyList<string> Env { get; init; }
    [JsonPropertyName("Entrypoint")] public required IReadOnlyList<string> Entrypoint { get; init; }
    [JsonPropertyName("WorkingDir")] public required string WorkingDir { get; init; }
    [JsonPropertyName("Labels")] public required SortedDictionary<string, string> Labels { get; init; }
}

/// <summary>image-spec config.md: the value of every exposed port.</summary>
public sealed record EmptyObject;

/// <summary>image-spec config.md: the DiffIDs of the layers, lowest first.</summary>
public sealed record RootFs
{
    public string Type { get; init; } = "layers";
    [JsonPropertyName("diff_ids")] public required IReadOnlyList<string> DiffIds { get; init; }
}

/// <summary>image-spec config.md: where a layer came from.</summary>
public sealed record HistoryEntry
{
    public required DateTimeOffset Created { get; init; }
    [JsonPropertyName("created_by")] public required string CreatedBy { get; init; }
    public required string Comment { get; init; }
}

[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ImageConfig))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class OciJson : JsonSerializerContext;
