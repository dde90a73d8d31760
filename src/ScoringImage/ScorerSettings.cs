using System.Net;

namespace ScoringImage;

/// <summary>Everything the scorer is told, from its configuration file and the environment. Read by <see cref="SettingsReader"/>.</summary>
public sealed record ScorerSettings
{
    /// <summary>Absolute path of the .onnx file.</summary>
    public required string Model { get; init; }
    /// <summary>Names of the outputs that are returned; empty means all.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }
    /// <summary>0 takes any free port.</summary>
    public required int Port { get; init; }
    public required IPAddress Address { get; init; }
    public required RouteSettings Routes { get; init; }
    /// <summary>Folder of the lock and of process.json; null when nobody asked for one.</summary>
    public required string? RunDirectory { get; init; }
    /// <summary>How long new connections are still served after SIGTERM while any connection is open.</summary>
    public required TimeSpan DrainTime { get; init; }

    /// <summary>Largest request body in bytes; above it the answer is 413.</summary>
    public const long MaxBodySize = 100 * 1024 * 1024;
}

/// <summary>Paths of the endpoints; each starts with '/', all differ.</summary>
public sealed record RouteSettings
{
    public required string Scoring { get; init; }
    public required string Liveness { get; init; }
    public required string Readiness { get; init; }

    /// <summary>Azure ML's own health page: <c>200 Healthy</c> from the moment the scorer listens. Fixed.</summary>
    public const string Root = "/";
}
