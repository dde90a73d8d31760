namespace Deployer.Configuration;

/// <summary>config/environment.yaml, read and checked: what the scorer runs in.</summary>
public sealed record EnvironmentSettings
{
    public required string Name { get; init; }
    public required string Description { get; init; }
    /// <summary>The base image; <c>scratch</c> is none.</summary>
    public required string Image { get; init; }
    /// <summary>The ONNX Runtime execution provider.</summary>
    public required string ExecutionProvider { get; init; }
    public required IReadOnlyDictionary<string, string> EnvironmentVariables { get; init; }
    /// <summary>The port the scorer listens on inside its container.</summary>
    public required int Port { get; init; }
    /// <summary>Routes start with '/'.</summary>
    public required string ScoringRoute { get; init; }
    public required string LivenessRoute { get; init; }
    public required string ReadinessRoute { get; init; }
    public required ResourceSettings Requests { get; init; }
    public required ResourceSettings Limits { get; init; }
}

/// <summary>Kubernetes quantities, resolved.</summary>
public sealed record ResourceSettings
{
    /// <summary>Cores; 0.5 is half a core.</summary>
    public required decimal Cpu { get; init; }
    /// <summary>Bytes.</summary>
    public required long Memory { get; init; }
}
