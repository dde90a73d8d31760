using System.Diagnostics.CodeAnalysis;
using Deployer.Engine;
using Deployer.Steps;

namespace Deployer.Cli;

/// <summary>The process and its terminal, as the composition root found them.</summary>
public sealed record Surroundings
{
    /// <summary>Absolute; made with null when it has been deleted, which is told to whoever needs it.</summary>
    [AllowNull]
    public required string CurrentFolder { get => field ?? NoCurrentFolder(); init; }
    public required Stream In { get; init; }
    /// <summary>The answer.</summary>
    public required TextWriter Out { get; init; }
    /// <summary>The story.</summary>
    public required TextWriter Error { get; init; }
    /// <summary>Whether a person watches the story as it is told.</summary>
    public required bool IsErrorTerminal { get; init; }
    public required CiSystem Ci { get; init; }
    /// <summary>The checkout that the pipeline's page shows files of, absolute; null where not known.</summary>
    public required string? CiFolder { get; init; }
    /// <summary>The pipeline run's page, where known.</summary>
    public required string? CiRunUrl { get; init; }
    public required string User { get; init; }
    public required string Host { get; init; }
    public required int ProcessId { get; init; }
    public required string Version { get; init; }
    /// <summary>OCI's word for this machine's processor.</summary>
    public required string Architecture { get; init; }
    /// <summary>SOURCE_DATE_EPOCH, or 0.</summary>
    public required long SourceDateEpoch { get; init; }
    /// <summary>The published scorer, beside the deployer.</summary>
    public required string ScorerFolder { get; init; }
    /// <summary>How this very program is started again to own an endpoint's port.</summary>
    public required FrontProgram Front { get; init; }
    public required LocalRuntime LocalRuntime { get; init; }
    public required Failpoint Failpoint { get; init; }
    public required HttpClient Http { get; init; }
    public required TimeProvider Time { get; init; }
    /// <summary>Ends the process at once.</summary>
    public required Action<int> ExitNow { get; init; }

    private static string NoCurrentFolder() => throw new DeployerException(
        FailureCode.FileAccess, "The current folder does not exist any more.", "Change into the project's folder and run the command again.");
}

/// <summary>Whose log format failures are announced in.</summary>
public enum CiSystem
{
    None,
    GitHubActions,
    AzurePipelines,
}
