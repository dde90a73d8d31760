namespace Deployer.Local;

/// <summary>Where everything lies that the deployer keeps on this machine: <c>.deployer/</c> beside workspace.json.</summary>
public sealed class StateDirectory(string workspaceFolder)
{
    public string Root { get; } = Path.Combine(workspaceFolder, ".deployer");

    /// <summary>Journals and locks, a folder a deployment.</summary>
    public string Deployments => Path.Combine(Root, "deployments");

    /// <summary>Copies of an endpoint's golden files.</summary>
    public string Golden(string name) => Path.Combine(Endpoints, name, "golden");

    public ModelStore Models => new(Path.Combine(Root, "models"));

    /// <summary>Names of the endpoints on this machine, in ordinal order; also of those that only have images yet.</summary>
    public IReadOnlyList<string> EndpointNames =>
        [.. new[] { Endpoints, Path.Combine(Root, "images") }.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
            .Select(d => Path.GetFileName(d)).Distinct().Order(StringComparer.Ordinal)];

    private string Endpoints => Path.Combine(Root, "endpoints");

    public LocalEndpoint Endpoint(string name) => new(Path.Combine(Endpoints, name));

    /// <summary>The OCI layout of an endpoint's images.</summary>
    public string Images(string name) => Path.Combine(Root, "images", name);

    /// <summary>Makes the folder, private to its owner and invisible to git.</summary>
    /// <exception cref="DeployerException">It cannot be made.</exception>
    public void Prepare()
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Root);
            else Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            string ignore = Path.Combine(Root, ".gitignore");
            if (!File.Exists(ignore)) File.WriteAllText(ignore, "*\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeployerException(FailureCode.FileAccess, $"{Root} cannot be made: {e.Message}",
                "The deployer keeps its state beside workspace.json: make that folder writable.", e);
        }
    }
}
