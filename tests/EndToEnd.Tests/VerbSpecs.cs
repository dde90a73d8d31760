using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>The other verbs, as a person or a pipeline uses them around a deployment.</summary>
public sealed class VerbSpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Fact]
    public async Task Invoke_scores_a_request_from_a_file_or_from_standard_input()
    {
        (await workspace.RunAsync("invoke", "--data", "samples/mnist/golden/seven.json")).Expect(6);
        await workspace.DeployAsync();
        foreach (string[] arguments in (string[][])[["invoke", "--data", "samples/mnist/golden/seven.json"], ["invoke", "mnist", "--data", "-"]])
        {
            using DeployerRun run = workspace.Start(arguments);
            if (arguments[^1] == "-") await run.In.WriteAsync(await File.ReadAllTextAsync(workspace["samples/mnist/golden/seven.json"], TestContext.Current.CancellationToken));
            ProgramResult answer = (await run.WaitAsync()).Expect(0);
            Assert.Equal(7, (int)answer.Document["result"]!["digit"]![0]!);
        }

        await File.WriteAllTextAsync(workspace["bad.json"], """{"data": [[1, 2]]}""", TestContext.Current.CancellationToken);
        ProgramResult refused = (await workspace.RunAsync("invoke", "--data", "bad.json")).Expect(4);
        Assert.Contains("answered 400", refused.Error, StringComparison.Ordinal);
        (await workspace.RunAsync("invoke", "--data", "nowhere.json")).Expect(2);
        (await workspace.RunAsync("invoke", "nobody", "--data", "bad.json")).Expect(6);
    }

    [Fact]
    public async Task Status_tells_what_serves_and_what_there_is_to_go_back_to()
    {
        Assert.Empty((await workspace.RunAsync("status", "--output", "json")).Expect(0).Document["endpoints"]!.AsArray());
        JsonObject deployed = await workspace.DeployAsync();
        workspace.ChangeModel("second");
        await workspace.DeployAsync();

        JsonNode endpoint = (await workspace.RunAsync("status", "--output", "json")).Expect(0).Document["endpoints"]!.AsArray().Single()!;
        Assert.Equal(("mnist", "local", "serving", 2), ((string)endpoint["name"]!, (string)endpoint["target"]!, (string)endpoint["state"]!, (int)endpoint["revision"]!));
        Assert.Equal((string)deployed["endpoint"]!["url"]!, (string)endpoint["url"]!);
        Assert.Equal([(1, "mnist-digits:1", false), (2, "mnist-digits:2", true)],
            endpoint["revisions"]!.AsArray().Select(r => ((int)r!["number"]!, (string)r["model"]!, (bool)r["running"]!)));
        ProgramResult text = (await workspace.RunAsync("status", "mnist")).Expect(0);
        Assert.Matches(@"mnist  serving  http://127\.0\.0\.1:\d+/\n.*revision 1 .*stopped, can be rolled back to\n  \* revision 2 .*running\n", text.Out);
        (await workspace.RunAsync("status", "nobody")).Expect(6);
    }

    [Fact]
    public async Task Logs_show_the_end_of_what_the_scorer_printed_and_follow_what_comes()
    {
        (await workspace.RunAsync("logs")).Expect(6);
        string uri = (string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!;
        Assert.Contains("listening on http://127.0.0.1:", (await workspace.RunAsync("logs", "mnist")).Expect(0).Out, StringComparison.Ordinal);
        Assert.Single((await workspace.RunAsync("logs", "--tail", "1")).Expect(0).Out.TrimEnd().Split('\n'));
        Assert.Empty((await workspace.RunAsync("logs", "--tail", "0")).Expect(0).Out);
        (await workspace.RunAsync("logs", "--revision", "9")).Expect(6);

        using DeployerRun follow = workspace.Start("logs", "--follow", "--tail", "0");
        string log = workspace[".deployer/endpoints/mnist/revisions/1/run/output.log"];
        await Task.Delay(700, TestContext.Current.CancellationToken);
        using HttpClient client = Scoring.NewClient();
        using (HttpResponseMessage wrong = await client.PostAsync(new Uri(uri), new StringContent("{}"), TestContext.Current.CancellationToken))
            Assert.Equal(400, (int)wrong.StatusCode);
        await TestWorkspace.EventuallyAsync(() => File.ReadAllText(log).Contains("POST /score 400", StringComparison.Ordinal), "the scorer logs the bad request");
        await Task.Delay(700, TestContext.Current.CancellationToken);
        follow.Signal(DeployerRun.SigInt);
        ProgramResult followed = await follow.WaitAsync();
        Assert.Contains("POST /score 400", Assert.Single(followed.Out.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_leaves_the_registered_models_and_nothing_that_runs()
    {
        (await workspace.RunAsync("delete", "mnist")).Expect(6);
        await workspace.DeployAsync();
        JsonObject deleted = (await workspace.RunAsync("delete", "mnist", "--output", "json")).Expect(0).Document;
        Assert.Equal(("deleted", "mnist"), ((string)deleted["outcome"]!, (string)deleted["name"]!));
        Assert.Empty(workspace.Processes());
        Assert.False(Directory.Exists(workspace[".deployer/endpoints/mnist"]));
        Assert.False(Directory.Exists(workspace[".deployer/images/mnist"]));
        (await workspace.RunAsync("delete", "mnist")).Expect(6);

        JsonObject again = await workspace.DeployAsync();
        Assert.Equal(("1", 1), ((string)again["model"]!["version"]!, (int)again["revision"]!));
        await Scoring.SevenIsReadAsync((string)again["endpoint"]!["scoringUri"]!);
    }

    [Fact]
    public async Task A_deletion_that_was_killed_is_completed_by_resume()
    {
        await workspace.DeployAsync();
        // run.open, lease.acquired, step.observe, step.intent.
        ProgramResult killed = await DeployerProgram.RunAsync(workspace.Folder, ["delete", "mnist"], ("DEPLOYER_FAILPOINT", "journal.after-write@4"));
        Assert.Equal(137, killed.ExitCode);
        (await workspace.RunAsync("resume")).Expect(0);
        Assert.Empty(workspace.Processes());
        (await workspace.RunAsync("resume")).Expect(6);
    }

    [Fact]
    public async Task A_rollback_that_was_killed_is_completed_by_resume_and_so_is_a_deployment_by_the_plan_it_was_started_with()
    {
        string uri = (string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!;
        ProgramResult nothing = (await workspace.RunAsync("resume")).Expect(6);
        Assert.Contains("There is nothing to resume.", nothing.Error, StringComparison.Ordinal);

        workspace.ChangeModel("second");
        ProgramResult killed = await DeployerProgram.RunAsync(workspace.Folder, ["deploy"], ("DEPLOYER_FAILPOINT", "journal.before-write@12"));
        Assert.Equal(137, killed.ExitCode);
        // What is edited meanwhile is for the next deployment.
        workspace.Edit("config/deployment.yaml", "outputs: [probabilities, digit]", "outputs: [digit]");
        JsonObject resumed = (await workspace.RunAsync("resume", "--output", "json")).Expect(0).Document;
        Assert.Equal(2, (int)resumed["revision"]!);
        Assert.True((await Scoring.SevenIsReadAsync(uri)).ContainsKey("probabilities"));

        killed = await DeployerProgram.RunAsync(workspace.Folder, ["rollback"], ("DEPLOYER_FAILPOINT", "journal.after-write@8"));
        Assert.Equal(137, killed.ExitCode);
        string run = (string)JournalLines.Read(workspace.JournalFile)[^1]["run"]!;
        (await workspace.RunAsync("resume", "01ARZ3NDEKTSV4RRFFQ69G5FAV")).Expect(6);
        JsonObject back = (await workspace.RunAsync("resume", run, "--output", "json")).Expect(0).Document;
        Assert.Equal(1, (int)back["revision"]!);
        await Scoring.SevenIsReadAsync(uri);
        Assert.Single(workspace.Scorers());
    }

    [Fact]
    public async Task Init_makes_a_deployable_project_of_a_model_and_never_overwrites()
    {
        await using TestWorkspace fresh = TestWorkspace.Empty();
        File.Copy(workspace["samples/mnist/model.onnx"], fresh["digits.onnx"]);
        JsonObject written = (await fresh.RunAsync("init", "--output", "json")).Expect(0).Document;
        Assert.All(written["files"]!.AsArray(), file => Assert.True((bool)file!["written"]!));
        Assert.All(written["files"]!.AsArray(), file => Assert.True(File.Exists(fresh[(string)file!["path"]!])));

        JsonObject deployed = await fresh.DeployAsync();
        Assert.Equal("digits", (string)deployed["name"]!);
        (await fresh.RunAsync("invoke", "--data", "config/sample-request.json")).Expect(0);

        await File.AppendAllTextAsync(fresh["config/deployment.yaml"], "# mine\n", TestContext.Current.CancellationToken);
        JsonObject kept = (await fresh.RunAsync("init", ".", "--output", "json")).Expect(0).Document;
        Assert.All(kept["files"]!.AsArray(), file => Assert.False((bool)file!["written"]!));
        Assert.EndsWith("# mine\n", await File.ReadAllTextAsync(fresh["config/deployment.yaml"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown verb", "deplyo")]
    [InlineData("no verb")]
    [InlineData("unknown option", "deploy", "--tagret", "local")]
    [InlineData("unknown target", "deploy", "--target", "moon")]
    [InlineData("bad number", "deploy", "--timeout", "soon")]
    [InlineData("number too small", "deploy", "--timeout", "0")]
    [InlineData("number too large", "deploy", "--timeout", "2147483647")]
    [InlineData("number far too large", "deploy", "--timeout", "99999999999")]
    [InlineData("bad revision", "rollback", "--to", "first")]
    [InlineData("missing argument", "delete")]
    [InlineData("missing option", "invoke")]
    [InlineData("bad output", "status", "--output", "xml")]
    [InlineData("bad layout", "build", "--to", "tarball:x")]
    public async Task A_command_line_that_cannot_be_understood_exits_2_and_says_where_help_is(string what, params string[] arguments)
    {
        ProgramResult refused = await workspace.RunAsync(arguments);
        Assert.True(refused.ExitCode == 2, $"{what}: {refused}");
        Assert.Empty(refused.Out);
        Assert.Contains("--help` shows what there is", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(workspace.State));
    }

    [Fact]
    public async Task Without_a_workspace_the_exit_code_is_2_and_the_message_says_how_to_make_one()
    {
        await using TestWorkspace empty = TestWorkspace.Empty();
        ProgramResult refused = (await empty.RunAsync("deploy")).Expect(2);
        Assert.Contains("deployer init", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_pipeline_a_failure_is_announced_in_that_systems_words()
    {
        workspace.Edit("samples/mnist/golden/seven.expected.json", "\"digit\": [7]", "\"digit\": [8]");
        ProgramResult gitHub = await DeployerProgram.RunAsync(workspace.Folder, ["deploy"], ("GITHUB_ACTIONS", "true"));
        Assert.Contains("\n::error title=deployer Verification::Revision 1 did not prove itself", gitHub.Expect(5).Error, StringComparison.Ordinal);
        ProgramResult azure = await DeployerProgram.RunAsync(workspace.Folder, ["deploy"], ("TF_BUILD", "True"));
        Assert.Contains("\n##vso[task.logissue type=error;code=Verification]Revision 1 did not prove itself", azure.Expect(5).Error, StringComparison.Ordinal);
    }
}
