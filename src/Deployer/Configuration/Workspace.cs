namespace Deployer.Configuration;

/// <summary>workspace.json: which Azure ML workspace this repository deploys to. Identity only, never a secret.</summary>
public sealed record Workspace
{
    public required string SubscriptionId { get; init; }
    public required string ResourceGroup { get; init; }
    public required string WorkspaceName { get; init; }
    public string? TenantId { get; init; }
    /// <summary>The file this was read from, absolute. <c>.deployer/</c> lies beside it.</summary>
    public required string File { get; init; }
}
