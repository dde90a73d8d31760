namespace Deployer.Configuration;

/// <summary>workspace.json: which Azure ML workspace this repository deploys to. Identity only, never a secret.</summary>
public sealed record Workspace
{
    public required string SubscriptionId { get; init; }
    public required string ResourceGroup { get; init; }
    public required string WorkspaceName { get; init; }
    public string? TenantId { get; init; }
    /// <summary>The file this was read from, absolute.</summary>
    public required string File { get; init; }

    /// <summary>The folder that holds <c>config/</c> and <c>.deployer/</c>. Absolute.</summary>
    public string Folder => FolderOf(File);

    /// <summary>The file's own folder or, where that is Azure ML's <c>.azureml</c>, the one above.</summary>
    internal static string FolderOf(string file)
    {
        string beside = Path.GetDirectoryName(file)!;
        return Path.GetFileName(beside) == ".azureml" ? Path.GetDirectoryName(beside)! : beside;
    }
}
