namespace Deployer.Configuration;

/// <summary>config/deployment.yaml, read and checked. Every path in it is absolute.</summary>
public sealed record DeploymentSettings
{
    /// <summary>The endpoint's name: 3 to 32 characters of a-z, 0-9 and '-', a letter first, no '-' last.</summary>
    public required string Name { get; init; }
    public required ModelSettings Model { get; init; }
    public required EnvironmentSettings Environment { get; init; }
    public required ScoringSettings Scoring { get; init; }
    public required VerificationSettings Verification { get; init; }
    public required RequestSettings Request { get; init; }
    public required ProbeSettings ReadinessProbe { get; init; }
    public required LocalTargetSettings Local { get; init; }
}

/// <summary>The model to register.</summary>
public sealed record ModelSettings
{
    /// <summary>Absolute path of the .onnx file.</summary>
    public required string Path { get; init; }
    /// <summary>The registered name: letters, digits, '-', '_' and '.', at most 255, starting with a letter or digit.</summary>
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
    public required IReadOnlyDictionary<string, string> Properties { get; init; }
}

/// <summary>What a request to the scorer gives back.</summary>
public sealed record ScoringSettings
{
    /// <summary>Names of the outputs to return; empty means all.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }
}

/// <summary>How a fresh revision proves itself before it serves.</summary>
public sealed record VerificationSettings
{
    /// <summary>Largest difference from an expected number that is accepted: <c>absolute + relative * |expected|</c>.</summary>
    public required double AbsoluteTolerance { get; init; }
    public required double RelativeTolerance { get; init; }
    public required IReadOnlyList<GoldenSettings> Golden { get; init; }
}

/// <summary>A request whose right answer is known; both are absolute paths of JSON files.</summary>
public sealed record GoldenSettings
{
    public required string Request { get; init; }
    public required string Response { get; init; }
}

public sealed record RequestSettings
{
    /// <summary>How long one scoring request may take.</summary>
    public required TimeSpan Timeout { get; init; }
}

/// <summary>How often and how long a revision is asked whether it is ready.</summary>
public sealed record ProbeSettings
{
    public required TimeSpan InitialDelay { get; init; }
    public required TimeSpan Period { get; init; }
    public required TimeSpan Timeout { get; init; }
    public required int FailureThreshold { get; init; }

    /// <summary>When a revision that has not become ready is given up on.</summary>
    public TimeSpan Deadline => InitialDelay + Period * FailureThreshold;
}

/// <summary>The <c>targets.local</c> block.</summary>
public sealed record LocalTargetSettings
{
    /// <summary>The port the endpoint listens on; 0 takes a free one at the first deployment and keeps it.</summary>
    public required int Port { get; init; }
    /// <summary>How many former revisions are kept for <c>rollback</c>.</summary>
    public required int KeepRevisions { get; init; }
}
