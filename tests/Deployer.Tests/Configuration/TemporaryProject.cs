using Deployer.Configuration;

namespace Deployer.Tests.Configuration;

/// <summary>A project of its own in a temporary folder: good files to begin with, any of which a test overwrites.</summary>
internal sealed class TemporaryProject : IDisposable
{
    public const string GoodWorkspace = """
        {
          "subscription_id": "00000000-0000-0000-0000-000000000000",
          "resource_group": "rg-scoring",
          "workspace_name": "ws-scoring"
        }
        """;

    public const string GoodDeployment = """
        name: mnist
        model:
          path: ../model.onnx
        environment: environment.yaml
        """;

    public const string GoodEnvironment = "name: mnist-cpu\n";

    private readonly string folder = Directory.CreateTempSubdirectory("deployer-configuration-").FullName;

    public TemporaryProject()
    {
        Write("workspace.json", GoodWorkspace);
        Write("config/deployment.yaml", GoodDeployment);
        Write("config/environment.yaml", GoodEnvironment);
        foreach (string placeholder in (string[])["model.onnx", "request.json", "response.json"])
            Write(placeholder, "");
    }

    /// <summary>The name of a file or folder in the project, made absolute.</summary>
    public string this[string name] => Path.Combine(folder, name);

    public string Root => folder;

    public void Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
    }

    public void Write(string name, byte[] content) => File.WriteAllBytes(this[name], content);

    /// <summary>Reads with <paramref name="from"/>, relative to the project, as the current folder.</summary>
    public LoadedConfiguration Read(string? workspace = null, string? config = null, string from = "") =>
        new ConfigurationFiles(Path.GetFullPath(this[from])).Read(workspace, config);

    /// <summary>The refusal's message, with the project's folder written as <c>/project</c>.</summary>
    public string Refusal(string? workspace = null, string? config = null, string from = "") =>
        Refused(workspace, config, from).Message.Replace(folder, "/project", StringComparison.Ordinal);

    public DeployerException Refused(string? workspace = null, string? config = null, string from = "")
    {
        DeployerException refused = Assert.Throws<DeployerException>(() => Read(workspace, config, from));
        Assert.Equal(FailureCode.Configuration, refused.Code);
        return refused;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
