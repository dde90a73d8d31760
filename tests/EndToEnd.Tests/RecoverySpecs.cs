using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>State that was tampered with, processes that hang, commands that were cut short: what a person meets at 3 a.m.</summary>
public sealed class RecoverySpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Theory]
    [InlineData("revisions/1/run/process.json")]
    [InlineData("front/process.json")]
    public async Task A_process_that_a_file_names_by_mistake_is_never_signalled_and_the_right_one_is_ended(string file)
    {
        await workspace.DeployAsync();
        using var bystander = System.Diagnostics.Process.Start("sleep", "600");
        try
        {
            string path = workspace[$".deployer/endpoints/mnist/{file}"];
            JsonObject process = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!.AsObject();
            process["pid"] = bystander.Id;
            await File.WriteAllTextAsync(path, process.ToJsonString(), TestContext.Current.CancellationToken);

            (await workspace.RunAsync("delete", "mnist")).Expect(0);
            Assert.False(bystander.HasExited);
            await TestWorkspace.EventuallyAsync(() => workspace.Processes().Count == 0, "nothing is left running");
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Fact]
    public async Task A_rollback_that_was_killed_after_it_switched_goes_on_with_itself_and_not_back()
    {
        await workspace.DeployAsync();
        workspace.ChangeModel("second");
        await workspace.DeployAsync();
        string route = workspace[".deployer/endpoints/mnist/route.json"];
        using (DeployerRun run = workspace.Start("rollback"))
        {
            await TestWorkspace.EventuallyAsync(() => Serving(route) == 1, "the first revision serves");
            run.Signal(DeployerRun.SigKill);
            await run.WaitAsync();
        }
        JsonObject again = (await workspace.RunAsync("rollback", "--output", "json")).Expect(0).Document;
        Assert.Equal((1, 1), ((int)again["revision"]!, Serving(route)));
        JsonObject back = (await workspace.RunAsync("rollback", "--output", "json")).Expect(0).Document;
        Assert.Equal(2, (int)back["revision"]!);
    }

    [Fact]
    public async Task A_revision_that_still_drains_is_started_anew()
    {
        string url = (string)(await workspace.DeployAsync())["endpoint"]!["url"]!;
        using var slow = new TcpClient();
        await slow.ConnectAsync("127.0.0.1", new Uri(url).Port, TestContext.Current.CancellationToken);
        byte[] half = Encoding.ASCII.GetBytes("POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"data\": [");
        await slow.GetStream().WriteAsync(half, TestContext.Current.CancellationToken);

        workspace.ChangeModel("second");
        using (DeployerRun run = workspace.Start("deploy"))
        {
            await TestWorkspace.EventuallyAsync(() => File.Exists(workspace[".deployer/endpoints/mnist/revisions/1/run/stopping"]), "the first revision drains");
            run.Signal(DeployerRun.SigTerm);
            (await run.WaitAsync()).Expect(143);
        }
        JsonObject result = (await workspace.RunAsync("rollback", "--to", "1", "--output", "json")).Expect(0).Document;
        Assert.Equal(1, (int)result["revision"]!);
        await Scoring.SevenIsReadAsync((string)result["endpoint"]!["scoringUri"]!);
    }

    [Fact]
    public async Task A_scorer_that_hangs_is_replaced_at_the_same_url()
    {
        JsonObject first = await workspace.DeployAsync();
        int hanging = workspace.Scorers().Single().Id;
        DeployerRun.Signal(hanging, DeployerRun.SigStop);

        JsonObject again = await workspace.DeployAsync();
        Assert.Equal(first["endpoint"]!.ToJsonString(), again["endpoint"]!.ToJsonString());
        await TestWorkspace.EventuallyAsync(() => workspace.Scorers() is [var scorer] && scorer.Id != hanging, "another scorer runs");
        await Scoring.SevenIsReadAsync((string)again["endpoint"]!["scoringUri"]!);
    }

    [Theory]
    [InlineData("revisions/1/revision.json")]
    [InlineData("revisions/1/run")]
    [InlineData("front")]
    public async Task Whatever_files_were_taken_away_delete_leaves_no_process_behind(string taken)
    {
        await workspace.DeployAsync();
        string path = workspace[$".deployer/endpoints/mnist/{taken}"];
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else File.Delete(path);
        (await workspace.RunAsync("delete", "mnist")).Expect(0);
        await TestWorkspace.EventuallyAsync(() => workspace.Processes().Count == 0, "nothing is left running");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{\"revision\": 1, \"port\": 9, \"history\": null}")]
    public async Task A_route_that_was_tampered_with_is_told_plainly_and_deploying_mends_it_once_it_is_gone(string content)
    {
        string url = (string)(await workspace.DeployAsync())["endpoint"]!["url"]!;
        string route = workspace[".deployer/endpoints/mnist/route.json"];
        await File.WriteAllTextAsync(route, content, TestContext.Current.CancellationToken);
        foreach (string verb in (string[])["status", "deploy", "plan"])
            Assert.Contains($"{route} was changed by someone else", (await workspace.RunAsync(verb)).Expect(2).Error, StringComparison.Ordinal);
        using var client = new HttpClient();
        Assert.Equal(503, (int)(await client.GetAsync(url, TestContext.Current.CancellationToken)).StatusCode);

        File.Delete(route);
        JsonObject again = await workspace.DeployAsync();
        Assert.Equal(url, (string)again["endpoint"]!["url"]!);
        await Scoring.SevenIsReadAsync((string)again["endpoint"]!["scoringUri"]!);
    }

    [Fact]
    public async Task A_revision_folder_that_a_killed_run_only_just_made_takes_no_number()
    {
        Directory.CreateDirectory(workspace[".deployer/endpoints/mnist/revisions/1"]);
        Assert.Equal(1, (int)(await workspace.DeployAsync())["revision"]!);
    }

    [Fact]
    public async Task What_a_build_left_can_be_deleted()
    {
        (await workspace.RunAsync("build")).Expect(0);
        (await workspace.RunAsync("delete", "mnist")).Expect(0);
        Assert.False(Directory.Exists(workspace[".deployer/images/mnist"]));
        (await workspace.RunAsync("delete", "mnist")).Expect(6);
    }

    [Fact]
    public async Task A_damaged_image_is_built_anew_by_the_same_command()
    {
        await workspace.DeployAsync();
        string blob = Directory.GetFiles(workspace[".deployer/images/mnist/blobs/sha256"]).MaxBy(f => new FileInfo(f).Length)!;
        await using (FileStream file = File.OpenWrite(blob)) file.Write("damaged"u8);
        foreach (RunningProcess process in workspace.Scorers()) DeployerRun.Signal(process.Id, DeployerRun.SigKill);
        await TestWorkspace.EventuallyAsync(() => workspace.Scorers().Count == 0, "the scorer is gone");

        Assert.Contains($"The image's blob {blob} was damaged", (await workspace.RunAsync("deploy")).Expect(2).Error, StringComparison.Ordinal);
        JsonObject again = await workspace.DeployAsync();
        await Scoring.SevenIsReadAsync((string)again["endpoint"]!["scoringUri"]!);
    }

    [Fact]
    public async Task A_plan_says_what_a_deployment_then_does()
    {
        await workspace.DeployAsync();
        workspace.Edit("config/deployment.yaml", "task: image-classification", "task: digits");
        string plan = (await workspace.RunAsync("plan", "--detailed-exitcode")).Expect(10).Out;
        Assert.Contains("+ register-model   change it: version 1 has another description or other tags", plan, StringComparison.Ordinal);
        Assert.Single(plan.Split('\n'), line => line.StartsWith('+'));
        JsonObject result = await workspace.DeployAsync();
        Assert.Equal(["register-model"], result["steps"]!.AsArray().Where(s => (string)s!["decision"]! != "skip").Select(s => (string)s!["name"]!));

        workspace.Edit("config/deployment.yaml", "    - request: ../samples/mnist/golden/three.json\n      response: ../samples/mnist/golden/three.expected.json\n", "");
        plan = (await workspace.RunAsync("plan", "--detailed-exitcode")).Expect(10).Out;
        Assert.Contains("+ verify           prove it by 3 golden requests", plan, StringComparison.Ordinal);
        await workspace.DeployAsync();
        (await workspace.RunAsync("plan", "--detailed-exitcode")).Expect(0);

        workspace.Edit("config/deployment.yaml", "trained_by: samples/mnist/train.py", "trained_by: somebody");
        string refused = (await workspace.RunAsync("deploy")).Expect(2).Error;
        Assert.Contains("the properties of a version never change", refused, StringComparison.Ordinal);
    }

    private static int Serving(string route) => (int)JsonNode.Parse(File.ReadAllText(route))!["revision"]!;
}
