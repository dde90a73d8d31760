using Deployer.Configuration;

namespace Deployer.Tests.Configuration;

public sealed class WorkspaceDiscoverySpecs : IDisposable
{
    private readonly TemporaryProject project = new();

    public void Dispose() => project.Dispose();

    [Fact]
    public void It_is_found_in_the_current_folder() => Assert.Equal(project["workspace.json"], project.Read().Workspace.File);

    [Fact]
    public void It_is_found_in_a_folder_above()
    {
        Directory.CreateDirectory(project["a/b/c"]);

        LoadedConfiguration read = project.Read(from: "a/b/c");

        Assert.Equal(project["workspace.json"], read.Workspace.File);
        Assert.Equal("mnist", read.Deployment.Name);
    }

    [Fact]
    public void The_nearest_folder_wins_whatever_the_file_is_called()
    {
        project.Write("a/config.json", TemporaryProject.GoodWorkspace);

        Assert.Equal(project["a/config.json"], Workspace(from: "a").File);
    }

    [Fact]
    public void In_one_folder_workspace_json_comes_before_azureml_and_that_before_config_json()
    {
        project.Write(".azureml/config.json", TemporaryProject.GoodWorkspace);
        project.Write("config.json", TemporaryProject.GoodWorkspace);

        Assert.Equal(project["workspace.json"], Workspace().File);
        File.Delete(project["workspace.json"]);
        Assert.Equal(project[".azureml/config.json"], Workspace().File);
        File.Delete(project[".azureml/config.json"]);
        Assert.Equal(project["config.json"], Workspace().File);
    }

    [Fact]
    public void Beside_azureml_means_beside_that_folder()
    {
        File.Delete(project["workspace.json"]);
        project.Write(".azureml/config.json", TemporaryProject.GoodWorkspace);

        LoadedConfiguration read = project.Read();

        Assert.Equal(project.Root, read.Workspace.Folder);
        Assert.Equal("mnist", read.Deployment.Name);
    }

    [Theory]
    [InlineData("{\"port\": 80}")]
    [InlineData("[1, 2]")]
    [InlineData("not JSON at all")]
    [InlineData("{\"nested\": {\"workspace_name\": \"x\"}}")]
    public void Somebody_elses_config_json_is_passed_over(string content)
    {
        project.Write("a/config.json", content);

        Assert.Equal(project["workspace.json"], Workspace(from: "a").File);
    }

    [Fact]
    public void A_broken_config_json_that_names_the_key_is_ours()
    {
        project.Write("a/config.json", "{\"workspace_name\": ");

        Assert.StartsWith("1 problem in the configuration:\nconfig.json:1:20: not valid JSON:", project.Refusal(config: "../config/deployment.yaml", from: "a"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_that_is_named_is_taken_wherever_it_lies()
    {
        project.Write("elsewhere/anything.json", TemporaryProject.GoodWorkspace);

        Assert.Equal(project["elsewhere/anything.json"], Workspace("elsewhere/anything.json").File);
        Assert.Equal(project["elsewhere/anything.json"], Workspace(project["elsewhere/anything.json"]).File);
    }

    [Fact]
    public void In_the_folder_that_is_named_it_is_looked_for()
    {
        project.Write("elsewhere/.azureml/config.json", TemporaryProject.GoodWorkspace);

        Assert.Equal(project["elsewhere/.azureml/config.json"], Workspace("elsewhere").File);
    }

    [Fact]
    public void Above_the_folder_that_is_named_it_is_not_looked_for()
    {
        Directory.CreateDirectory(project["elsewhere"]);

        DeployerException refused = project.Refused("elsewhere");

        Assert.Equal("1 problem in the configuration:\nelsewhere: workspace.json, .azureml/config.json or config.json is not in this folder", refused.Message);
        Assert.StartsWith("Run `deployer init`", refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_for_nothing_is_refused() =>
        Assert.Equal("1 problem in the configuration:\nnowhere.json: no such file or folder", project.Refusal("nowhere.json"));

    [Fact]
    public void Nothing_found_is_refused_with_what_was_passed_over()
    {
        File.Delete(project["workspace.json"]);
        project.Write("config.json", "{}");

        DeployerException refused = project.Refused();

        Assert.Equal(
            "1 problem in the configuration:\n.: workspace.json, .azureml/config.json or config.json is neither here nor in any folder above; config.json was passed over, for it has no key workspace_name",
            refused.Message);
        Assert.Equal("Run `deployer init` to write the files that are missing, or name them with --workspace and --config.", refused.Remedy);
        Assert.Equal(2, ExitCodes.Of(refused.Code));
    }

    [Fact]
    public void A_named_deployment_is_read_and_complained_about_without_a_workspace_too()
    {
        File.Delete(project["workspace.json"]);
        project.Write("config/deployment.yaml", "nam: mnist\n" + TemporaryProject.GoodDeployment);

        Assert.Equal(
            """
            2 problems in the configuration:
            .: workspace.json, .azureml/config.json or config.json is neither here nor in any folder above
            config/deployment.yaml:1:1: nam: unknown key; did you mean 'name'?
            """, project.Refusal(config: "config/deployment.yaml"));
    }

    [Fact]
    public void A_missing_deployment_is_refused()
    {
        File.Delete(project["config/deployment.yaml"]);

        DeployerException refused = project.Refused();

        Assert.Equal("1 problem in the configuration:\nconfig/deployment.yaml: no such file", refused.Message);
        Assert.StartsWith("Run `deployer init`", refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deployment_of_another_name_is_read_relative_to_itself()
    {
        project.Write("other/two.yaml", "name: two-two\nmodel: {path: m.onnx}\nenvironment: ../config/environment.yaml\n");
        project.Write("other/m.onnx", "");

        DeploymentSettings two = project.Read(config: "other/two.yaml").Deployment;

        Assert.Equal(project["other/m.onnx"], two.Model.Path);
        Assert.Equal("two-two", two.Model.Name);
    }

    [Fact]
    public void A_folder_in_place_of_the_deployment_is_refused() =>
        Assert.Equal("1 problem in the configuration:\nconfig: is a folder, not a file; name the deployment.yaml in it", project.Refusal(config: "config"));

    [Fact]
    public void Files_outside_the_current_folder_are_shown_in_full()
    {
        project.Write("workspace.json", "{}");
        Directory.CreateDirectory(project["a"]);

        Assert.Equal(
            """
            3 problems in the configuration:
            /project/workspace.json:1:1: subscription_id: missing; this key is required
            /project/workspace.json:1:1: resource_group: missing; this key is required
            /project/workspace.json:1:1: workspace_name: missing; this key is required
            """, project.Refusal(from: "a"));
    }

    private Workspace Workspace(string? named = null, string from = "") => new ConfigurationFiles(Path.GetFullPath(project[from])).ReadWorkspace(named);
}
