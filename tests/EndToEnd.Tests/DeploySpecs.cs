using System.Text;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>The main job, from an empty state to an answer, and again.</summary>
public sealed class DeploySpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Fact]
    public async Task A_deployment_prints_a_url_and_a_curl_line_that_answers_with_the_right_digit()
    {
        ProgramResult deployed = (await workspace.RunAsync("deploy", "--target", "local")).Expect(0);

        Assert.Matches(@"^mnist is live at http://127\.0\.0\.1:\d+/\n", deployed.Out);
        string curl = deployed.Out.Split('\n').Single(line => line.TrimStart().StartsWith("curl ", StringComparison.Ordinal)).Trim();
        ProgramResult answer = await DeployerProgram.RunOtherAsync("bash", workspace.Folder, ["-c", curl]);
        Assert.Equal(7, (int)JsonNode.Parse(answer.Expect(0).Out)!["result"]!["digit"]![0]!);
        Assert.Contains("succeeded", deployed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_stdout_is_the_result_document_and_stderr_is_the_events()
    {
        ProgramResult deployed = (await workspace.RunAsync("deploy", "--output", "json")).Expect(0);

        JsonObject result = deployed.Document;
        Assert.Equal(["schema", "run", "outcome", "name", "target", "model", "image", "endpoint", "revision", "steps"], Names(result));
        Assert.Equal(("deployer.result/1", "deployed", "mnist", "local", 1),
            ((string)result["schema"]!, (string)result["outcome"]!, (string)result["name"]!, (string)result["target"]!, (int)result["revision"]!));
        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{26}$", (string)result["run"]!);
        Assert.Equal(["name", "version", "sha256"], Names(result["model"]!));
        Assert.Equal(("mnist-digits", "1"), ((string)result["model"]!["name"]!, (string)result["model"]!["version"]!));
        Assert.Equal(Sha256("samples/mnist/model.onnx"), (string)result["model"]!["sha256"]!);
        Assert.Equal(["reference", "digest"], Names(result["image"]!));
        Assert.Equal($"oci:{workspace[".deployer/images/mnist"]}@{result["image"]!["digest"]}", (string)result["image"]!["reference"]!);
        Assert.Equal(["url", "scoringUri", "swaggerUri"], Names(result["endpoint"]!));
        Assert.Equal($"{result["endpoint"]!["url"]}score", (string)result["endpoint"]!["scoringUri"]!);
        Assert.Equal(["register-model", "build-image", "start-revision", "verify", "promote", "confirm", "retire"],
            result["steps"]!.AsArray().Select(s => (string)s!["name"]!));
        Assert.All(result["steps"]!.AsArray(), step =>
        {
            Assert.Equal(["name", "decision", "outcome", "seconds"], Names(step!));
            Assert.Equal("done", (string)step!["outcome"]!);
            Assert.InRange((double)step["seconds"]!, 0, 60);
        });
        Assert.Equal(["act", "act", "act", "act", "act", "act", "skip"], Decisions(result));

        Assert.Equal("""{"type":"version","schema":"deployer.events/1.0"}""", deployed.Error.Split('\n')[0]);
        Assert.Equal("run_started", (string)deployed.Events[1]["type"]!);
        Assert.Equal("run_finished", (string)deployed.Events[^1]["type"]!);
        await Scoring.SevenIsReadAsync((string)result["endpoint"]!["scoringUri"]!);
    }

    [Fact]
    public async Task Deploying_again_changes_nothing_and_says_so()
    {
        JsonObject first = await workspace.DeployAsync();
        SortedDictionary<string, string> before = workspace.StateFiles();
        int[] processes = [.. workspace.Processes().Select(p => p.Id)];

        ProgramResult again = (await workspace.RunAsync("deploy", "--output", "json")).Expect(0);

        Assert.All(Decisions(again.Document), decision => Assert.Equal("skip", decision));
        Assert.Equal("unchanged", (string)again.Document["outcome"]!);
        Assert.Equal(first["endpoint"]!.ToJsonString(), again.Document["endpoint"]!.ToJsonString());
        Assert.Equal(before, workspace.StateFiles());
        Assert.Equal(processes, workspace.Processes().Select(p => p.Id));
        Assert.InRange(again.Elapsed.TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task A_plan_with_changes_exits_10_changes_nothing_and_none_are_left_after_the_deployment()
    {
        ProgramResult before = (await workspace.RunAsync("plan", "--detailed-exitcode", "--output", "json")).Expect(10);
        Assert.True((bool)before.Document["changes"]!);
        Assert.False(Directory.Exists(workspace.State));
        (await workspace.RunAsync("plan")).Expect(0);

        await workspace.DeployAsync();
        SortedDictionary<string, string> deployed = workspace.StateFiles();
        ProgramResult after = (await workspace.RunAsync("plan", "--detailed-exitcode", "--output", "json")).Expect(0);
        Assert.False((bool)after.Document["changes"]!);
        Assert.All(after.Document["steps"]!.AsArray(), step => Assert.Equal("skip", (string)step!["decision"]!));
        Assert.Equal(deployed, workspace.StateFiles());
    }

    [Fact]
    public async Task The_same_bytes_are_registered_once_whoever_registers_them()
    {
        JsonObject first = (await workspace.RunAsync("register", "--output", "json")).Expect(0).Document;
        JsonObject second = (await workspace.RunAsync("register", "--output", "json")).Expect(0).Document;
        JsonObject deployed = await workspace.DeployAsync();

        Assert.Equal(["name", "version", "id", "sha256", "created"], Names(first));
        Assert.Equal(("1", true), ((string)first["version"]!, (bool)first["created"]!));
        Assert.Equal(("1", false), ((string)second["version"]!, (bool)second["created"]!));
        Assert.Equal("1", (string)deployed["model"]!["version"]!);
        Assert.Single(Directory.GetDirectories(workspace[".deployer/models/models/mnist-digits"]));
    }

    [Fact]
    public async Task A_changed_model_is_a_new_version_and_a_new_revision_at_the_same_url()
    {
        JsonObject first = await workspace.DeployAsync();
        workspace.ChangeModel("second");
        JsonObject second = await workspace.DeployAsync();

        Assert.Equal(("2", 2, "deployed"), ((string)second["model"]!["version"]!, (int)second["revision"]!, (string)second["outcome"]!));
        Assert.Equal(first["endpoint"]!.ToJsonString(), second["endpoint"]!.ToJsonString());
        Assert.NotEqual((string)first["image"]!["digest"]!, (string)second["image"]!["digest"]!);
        await Scoring.SevenIsReadAsync((string)second["endpoint"]!["scoringUri"]!);
        Assert.Contains("/revisions/2/", Assert.Single(workspace.Scorers()).CommandLine[0], StringComparison.Ordinal);
        Assert.Single(workspace.Fronts());
    }

    [Fact]
    public async Task Only_as_many_former_revisions_are_kept_as_the_configuration_says()
    {
        workspace.Edit("config/deployment.yaml", "keep_revisions: 5", "keep_revisions: 1");
        for (int i = 1; i <= 4; i++)
        {
            await workspace.DeployAsync();
            workspace.ChangeModel($"{i}");
        }

        JsonObject status = (await workspace.RunAsync("status", "--output", "json")).Expect(0).Document;
        Assert.Equal([3, 4], status["endpoints"]![0]!["revisions"]!.AsArray().Select(r => (int)r!["number"]!));
        JsonNode index = JsonNode.Parse(File.ReadAllText(workspace[".deployer/images/mnist/index.json"]))!;
        Assert.Equal(2, index["manifests"]!.AsArray().Count);
        // Two manifests, two configs, two models, one scorer, one configuration.
        Assert.Equal(8, Directory.GetFiles(workspace[".deployer/images/mnist/blobs/sha256"]).Length);

        (await workspace.RunAsync("rollback")).Expect(0);
        (await workspace.RunAsync("rollback", "--to", "1")).Expect(6);
    }

    [Theory]
    [InlineData("scorer")]
    [InlineData("front")]
    [InlineData("scorer", "front")]
    public async Task What_was_killed_is_said_to_be_stopped_and_brought_back_at_the_same_url(params string[] victims)
    {
        JsonObject first = await workspace.DeployAsync();
        foreach (RunningProcess victim in victims.Select(v => v == "front" ? workspace.Fronts().Single() : workspace.Scorers().Single()))
            DeployerRun.Signal(victim.Id, DeployerRun.SigKill);
        await TestWorkspace.EventuallyAsync(() => workspace.Processes().Count == 2 - victims.Length, "the killed are gone");

        JsonNode stopped = (await workspace.RunAsync("status", "--output", "json")).Expect(0).Document["endpoints"]![0]!;
        Assert.Equal("stopped", (string)stopped["state"]!);
        (await workspace.RunAsync("plan", "--detailed-exitcode")).Expect(10);

        JsonObject again = await workspace.DeployAsync();
        Assert.Equal(("deployed", 1), ((string)again["outcome"]!, (int)again["revision"]!));
        Assert.Equal(first["endpoint"]!.ToJsonString(), again["endpoint"]!.ToJsonString());
        await Scoring.SevenIsReadAsync((string)again["endpoint"]!["scoringUri"]!);
        (_, _) = (Assert.Single(workspace.Scorers()), Assert.Single(workspace.Fronts()));
        JsonNode serving = (await workspace.RunAsync("status", "mnist", "--output", "json")).Expect(0).Document["endpoints"]![0]!;
        Assert.Equal("serving", (string)serving["state"]!);
    }

    [Fact]
    public async Task Variables_of_the_configuration_reach_the_scorer_and_those_of_the_caller_reach_nothing()
    {
        string canary = $"canary-{Guid.NewGuid():N}";
        workspace.Edit("config/environment.yaml", "environment_variables:", "environment_variables:\n  GREETING: hello there");
        ProgramResult deployed = (await DeployerProgram.RunAsync(workspace.Folder, ["deploy", "--verbose"],
            ("AZURE_CLIENT_SECRET", canary), ("AZURE_CLIENT_ID", canary), ("GITHUB_TOKEN", canary), ("SCORER_NOTE", canary))).Expect(0);

        string scorer = workspace.Scorers().Single().Environment;
        Assert.Contains("\nGREETING=hello there\n", $"\n{scorer}", StringComparison.Ordinal);
        Assert.Contains("\nORT_DISABLE_TELEMETRY=1\n", $"\n{scorer}", StringComparison.Ordinal);
        Assert.DoesNotContain(canary, scorer + workspace.Fronts().Single().Environment + deployed.Out + deployed.Error, StringComparison.Ordinal);
        byte[] needle = Encoding.ASCII.GetBytes(canary);
        Assert.DoesNotContain(Directory.EnumerateFiles(workspace.State, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "lock"),
            file => File.ReadAllBytes(file).AsSpan().IndexOf(needle) >= 0);
    }

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(member => member.Key);

    private static IEnumerable<string> Decisions(JsonObject result) => result["steps"]!.AsArray().Select(s => (string)s!["decision"]!);

    private string Sha256(string file) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(workspace[file])));
}
