namespace Deployer.Configuration;

/// <summary>All that a person configured, read and checked.</summary>
public sealed record LoadedConfiguration(Workspace Workspace, DeploymentSettings Deployment);

/// <summary>Finds workspace.json, deployment.yaml and environment.yaml and reads them.</summary>
/// <param name="currentFolder">Absolute.</param>
public sealed class ConfigurationFiles(string currentFolder)
{
    private static readonly string[] WorkspaceNames = ["workspace.json", ".azureml/config.json", SharedName];

    // Any program may call its file so; it is ours only with the telling key in it.
    private const string SharedName = "config.json";

    private const string DeploymentName = "config/deployment.yaml";

    /// <summary>Reads all three files.</summary>
    /// <param name="workspaceFile">
    /// What <c>--workspace</c> names, a file or a folder to look in, relative to the current folder;
    /// null looks in the current folder and then in each one above it, as Azure ML's SDK did.
    /// </param>
    /// <param name="configFile">What <c>--config</c> names, relative to the current folder; null takes config/deployment.yaml beside workspace.json.</param>
    /// <exception cref="DeployerException"><see cref="FailureCode.Configuration"/>: every problem of all the files, one a line.</exception>
    public LoadedConfiguration Read(string? workspaceFile, string? configFile)
    {
        var problems = new Problems(currentFolder);
        Workspace? workspace = ReadWorkspace(workspaceFile, problems, out string? folder);
        DeploymentSettings? deployment = ReadDeployment(configFile, folder, problems);
        problems.ThrowIfAny();
        return new(workspace!, deployment!);
    }

    /// <summary>Reads workspace.json alone, for what needs no deployment.</summary>
    /// <inheritdoc cref="Read"/>
    public Workspace ReadWorkspace(string? workspaceFile)
    {
        var problems = new Problems(currentFolder);
        Workspace? workspace = ReadWorkspace(workspaceFile, problems, out _);
        problems.ThrowIfAny();
        return workspace!;
    }

    private Workspace? ReadWorkspace(string? named, Problems problems, out string? folder)
    {
        string? file = FindWorkspace(named, problems);
        folder = file is null ? null : Workspace.FolderOf(file);
        return file is not null
            && ConfigurationText.ReadJson(file, problems) is { } root
            && WorkspaceFile.Shape.Read(root, problems) is { Ok: true, Value: var workspace } ? workspace : null;
    }

    private string? FindWorkspace(string? named, Problems problems)
    {
        string start = named is null ? currentFolder : Path.GetFullPath(named, currentFolder);
        if (named is not null && File.Exists(start))
            return start;
        if (!Directory.Exists(start))
        {
            problems.AddMissing(start, "no such file or folder");
            return null;
        }

        List<string> passedOver = [];
        for (string? folder = start; folder is not null; folder = named is null ? Path.GetDirectoryName(folder) : null)
        {
            foreach (string name in WorkspaceNames)
            {
                string candidate = Path.Combine(folder, name);
                if (!File.Exists(candidate))
                    continue;
                if (name != SharedName || IsOurs(candidate))
                    return candidate;
                passedOver.Add(candidate);
            }
        }

        problems.AddMissing(start, $"{string.Join(", ", WorkspaceNames[..^1])} or {SharedName} is {(named is null ? "neither here nor in any folder above" : "not in this folder")}"
            + string.Concat(passedOver.Select(p => $"; {problems.Show(p)} was passed over, for it has no key {WorkspaceFile.TellingKey}")));
        return null;
    }

    // A file that is no JSON counts as ours when it names the key: its problem is then worth telling.
    private bool IsOurs(string file)
    {
        var unspoken = new Problems(currentFolder);
        if (ConfigurationText.Read(file, unspoken) is not { } text)
            return false;
        return JsonReader.Read(file, text, unspoken) is { } root
            ? root is ConfigNode.Map map && map.Entries.ContainsKey(WorkspaceFile.TellingKey)
            : text.Contains(WorkspaceFile.TellingKey, StringComparison.Ordinal);
    }

    private DeploymentSettings? ReadDeployment(string? named, string? workspaceFolder, Problems problems)
    {
        if (named is null && workspaceFolder is null)
            return null;

        string file = named is null ? Path.Combine(workspaceFolder!, DeploymentName) : Path.GetFullPath(named, currentFolder);
        if (Directory.Exists(file))
        {
            problems.Add(file, "is a folder, not a file; name the deployment.yaml in it");
            return null;
        }

        if (!File.Exists(file))
        {
            problems.AddMissing(file, "no such file");
            return null;
        }

        return ConfigurationText.ReadYaml(file, problems) is { } root
            && DeploymentFile.Shape.Read(root, problems) is { Ok: true, Value: var deployment } ? deployment : null;
    }
}
