using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>One revision takes the place of another, or fails to: callers never notice.</summary>
public sealed class RevisionSpecs : IAsyncDisposable
{
    private const string Golden = "samples/mnist/golden/seven.expected.json";
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wrong_golden_answer_fails_the_deployment_and_the_former_revision_goes_on_serving(bool withNewModel)
    {
        string uri = (string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!;
        await using Load load = new(uri, keeping: 2, reconnecting: 1);
        workspace.Edit(Golden, "\"digit\": [7]", "\"digit\": [8]");
        if (withNewModel) workspace.ChangeModel("second");

        ProgramResult failed = (await workspace.RunAsync("deploy")).Expect(5);
        Assert.Contains($"{workspace["samples/mnist/golden/seven.json"]}: answered wrongly at result.digit[0]: expected 8, got 7 (in {workspace[Golden]})",
            failed.Error, StringComparison.Ordinal);
        Assert.Empty(failed.Out);
        await load.AnswersAsync(50);
        await load.EndAsync();
        Assert.Contains("/revisions/1/", Assert.Single(workspace.Scorers()).CommandLine[0], StringComparison.Ordinal);
        Assert.InRange(failed.Elapsed.TotalSeconds, 0, 4);

        JsonObject document = (await workspace.RunAsync("deploy", "--output", "json")).Expect(5).Document;
        Assert.Equal(("failed", "Verification", 5),
            ((string)document["outcome"]!, (string)document["error"]!["code"]!, (int)document["error"]!["exitCode"]!));

        workspace.Edit(Golden, "\"digit\": [8]", "\"digit\": [7]");
        Assert.Equal(withNewModel ? 2 : 1, (int)(await workspace.DeployAsync())["revision"]!);
        await Scoring.SevenIsReadAsync(uri);
    }

    [Fact]
    public async Task A_digit_deep_in_the_expected_probabilities_is_enough()
    {
        await workspace.DeployAsync();
        workspace.Edit(Golden, "0.00411671959", "0.00511671959");
        ProgramResult failed = (await workspace.RunAsync("deploy")).Expect(5);
        Assert.Contains("answered wrongly at result.probabilities[0][0]: expected 0.00511671959, got 0.0041", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redeploying_and_rolling_back_under_load_fails_no_request()
    {
        string uri = (string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!;
        await using Load load = new(uri, keeping: 8, reconnecting: 3);
        for (int revision = 2; revision <= 4; revision++)
        {
            workspace.ChangeModel($"{revision}");
            // Every other revision answers without the probabilities, by which callers tell them apart.
            bool withProbabilities = revision % 2 != 0;
            SetOutputs(withProbabilities);
            await load.AnswersAsync(20);

            Assert.Equal(revision, (int)(await workspace.DeployAsync())["revision"]!);
            await load.AnswersAsync(50);
            Assert.Equal(withProbabilities, load.Last!.ContainsKey("probabilities"));
        }

        for (int revision = 3; revision >= 1; revision--)
        {
            ProgramResult back = (await workspace.RunAsync("rollback", "mnist", "--to", revision.ToString(CultureInfo.InvariantCulture), "--output", "json")).Expect(0);
            Assert.Equal((revision, $"{revision}"), ((int)back.Document["revision"]!, (string)back.Document["model"]!["version"]!));
            await load.AnswersAsync(50);
            Assert.Equal(revision % 2 != 0, load.Last!.ContainsKey("probabilities"));
        }
        await load.EndAsync();
        Assert.Single(workspace.Scorers());
    }

    [Fact]
    public async Task A_rollback_without_a_revision_goes_to_the_one_that_served_before()
    {
        JsonObject first = await workspace.DeployAsync();
        (await workspace.RunAsync("rollback")).Expect(6);
        workspace.ChangeModel("second");
        await workspace.DeployAsync();

        JsonObject back = (await workspace.RunAsync("rollback", "--output", "json")).Expect(0).Document;
        Assert.Equal((1, "deployer.result/1"), ((int)back["revision"]!, (string)back["schema"]!));
        Assert.Equal(first["endpoint"]!.ToJsonString(), back["endpoint"]!.ToJsonString());
        Assert.Equal(first["image"]!.ToJsonString(), back["image"]!.ToJsonString());
        await Scoring.SevenIsReadAsync((string)back["endpoint"]!["scoringUri"]!);
        (await workspace.RunAsync("rollback", "--to", "7")).Expect(6);
    }

    [Theory]
    [InlineData("runtime", "GC heap initialization failed")]
    [InlineData("model", "Relo")]
    public async Task A_candidate_that_crashes_as_it_starts_is_reported_with_its_last_words_and_the_former_revision_goes_on_serving(
        string what, string lastWords)
    {
        string uri = (string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!;
        await using Load load = new(uri, keeping: 2, reconnecting: 1);
        if (what == "model") workspace.BreakModel();
        else workspace.Edit("config/environment.yaml", "environment_variables:", "environment_variables:\n  DOTNET_GCHeapHardLimit: \"0x1000\"");

        ProgramResult failed = (await workspace.RunAsync("deploy")).Expect(4);
        Assert.Contains("The scorer of revision 2 stopped before it was ready. Its last words:\n", failed.Error, StringComparison.Ordinal);
        Assert.Contains(lastWords, failed.Error, StringComparison.Ordinal);
        await load.AnswersAsync(50);
        await load.EndAsync();
        Assert.Contains("/revisions/1/", Assert.Single(workspace.Scorers()).CommandLine[0], StringComparison.Ordinal);
        JsonNode status = (await workspace.RunAsync("status", "--output", "json")).Expect(0).Document["endpoints"]![0]!;
        Assert.Equal(("serving", 1, null), ((string)status["state"]!, (int)status["revision"]!, (string?)status["unfinishedRun"]));
    }

    [Fact]
    public async Task A_candidate_that_does_not_get_ready_in_time_can_be_waited_for_with_resume_while_the_former_revision_serves()
    {
        workspace.Edit("config/deployment.yaml", "failure_threshold: 60", "failure_threshold: 2");
        string uri = (string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!;
        await using Load load = new(uri, keeping: 2, reconnecting: 1);
        workspace.ChangeModel("second");

        using DeployerRun run = workspace.Start("deploy");
        await TestWorkspace.EventuallyAsync(() => Candidate() is not null, "the candidate is started");
        int candidate = Candidate()!.Id;
        DeployerRun.Signal(candidate, DeployerRun.SigStop);
        ProgramResult late = (await run.WaitAsync()).Expect(9);
        Assert.Contains("start-revision: not finished after 2 s, still waiting for", late.Error, StringComparison.Ordinal);
        Assert.Contains("Run `deployer resume", late.Error, StringComparison.Ordinal);
        JsonNode status = (await workspace.RunAsync("status", "--output", "json")).Expect(0).Document["endpoints"]![0]!;
        Assert.Equal(("serving", 1), ((string)status["state"]!, (int)status["revision"]!));
        Assert.NotNull((string?)status["unfinishedRun"]);

        DeployerRun.Signal(candidate, DeployerRun.SigCont);
        JsonObject resumed = (await workspace.RunAsync("resume", "--output", "json")).Expect(0).Document;
        Assert.Equal(2, (int)resumed["revision"]!);
        await load.AnswersAsync(50);
        await load.EndAsync();
        Assert.Equal(candidate, Assert.Single(workspace.Scorers()).Id);
    }

    [Fact]
    public async Task A_caller_with_an_idle_connection_to_a_replaced_revision_is_served_by_the_new_one()
    {
        string uri = (string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!;
        int old = workspace.Scorers().Single().Id;
        using HttpClient idle = Scoring.NewClient();
        await Scoring.SevenIsReadAsync(idle, uri, keepConnection: true);
        workspace.ChangeModel("second");
        long start = Stopwatch.GetTimestamp();
        await workspace.DeployAsync();

        // The idle connection belonged to the old revision, which waits for its callers a few seconds, no longer.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        Assert.DoesNotContain(workspace.Scorers(), s => s.Id == old);
        await Scoring.SevenIsReadAsync(idle, uri, keepConnection: true);
    }

    private RunningProcess? Candidate() => workspace.Scorers().FirstOrDefault(s => s.CommandLine[0].Contains("/revisions/2/", StringComparison.Ordinal));

    private void SetOutputs(bool withProbabilities)
    {
        string config = File.ReadAllText(workspace["config/deployment.yaml"]);
        string from = withProbabilities ? "outputs: [digit]" : "outputs: [probabilities, digit]";
        string to = withProbabilities ? "outputs: [probabilities, digit]" : "outputs: [digit]";
        workspace.Edit("config/deployment.yaml", from, to);
        // The golden answers name the probabilities: without them there is the sample request to prove it by.
        if (config.Contains("  golden:", StringComparison.Ordinal))
            File.WriteAllText(workspace["config/deployment.yaml"], System.Text.RegularExpressions.Regex.Replace(
                File.ReadAllText(workspace["config/deployment.yaml"]), @"  golden:.*\n(    .*\n)+", ""));
    }
}
