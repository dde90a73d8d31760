using System.Diagnostics;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>A deployment killed at any instant and run again: nothing lost, nothing doubled.</summary>
public sealed class KillSpecs
{
    private const int Killed = 128 + DeployerRun.SigKill;
    private const int RandomKills = 50;

    private static readonly ParallelOptions TwoAtATime = new() { MaxDegreeOfParallelism = 2 };

    [Theory]
    [InlineData("journal.before-write")]
    [InlineData("journal.torn-write")]
    [InlineData("journal.after-write")]
    public async Task Killed_at_any_record_of_its_journal_the_same_command_completes_it(string failpoint)
    {
        int records = await RecordsOfADeploymentAsync();
        Assert.InRange(records, 20, 60);
        await Parallel.ForEachAsync(Enumerable.Range(1, records), TwoAtATime, async (record, _) =>
        {
            await using TestWorkspace workspace = TestWorkspace.Create();
            string where = $"{failpoint}@{record}";
            ProgramResult killed = await DeployerProgram.RunAsync(workspace.Folder, ["deploy"], ("DEPLOYER_FAILPOINT", where));
            Assert.True(killed.ExitCode == Killed, $"{where}: {killed}");
            await CompletesAsync(workspace, where);
        });
    }

    [Fact]
    public async Task Killed_while_it_replaces_a_revision_the_same_command_completes_that()
    {
        int records = await RecordsOfADeploymentAsync();
        // Replacing takes two records more than a first deployment: there is a revision to retire.
        await Parallel.ForEachAsync(Enumerable.Range(1, records + 2), TwoAtATime, async (record, _) =>
        {
            await using TestWorkspace workspace = TestWorkspace.Create();
            JsonObject first = await workspace.DeployAsync();
            workspace.ChangeModel("second");
            string where = $"journal.after-write@{record}";
            ProgramResult killed = await DeployerProgram.RunAsync(workspace.Folder, ["deploy"], ("DEPLOYER_FAILPOINT", where));
            Assert.True(killed.ExitCode == Killed, $"{where}: {killed}");
            await Scoring.SevenIsReadAsync((string)first["endpoint"]!["scoringUri"]!);
            JsonObject second = await CompletesAsync(workspace, where, revisions: 2);
            Assert.Equal(first["endpoint"]!.ToJsonString(), second["endpoint"]!.ToJsonString());
        });
    }

    [Fact]
    public async Task Killed_at_any_instant_the_same_command_completes_it()
    {
        int seed = Environment.GetEnvironmentVariable("DEPLOYER_KILL_SEED") is { } given ? int.Parse(given, null) : Random.Shared.Next();
        var random = new Random(seed);
        TimeSpan whole = await TimeOfADeploymentAsync();
        TimeSpan[] instants = [.. Enumerable.Range(0, RandomKills).Select(_ => whole * random.NextDouble() * 1.2)];
        await Parallel.ForEachAsync(instants, TwoAtATime, async (instant, token) =>
        {
            await using TestWorkspace workspace = TestWorkspace.Create();
            using (DeployerRun run = workspace.Start("deploy"))
            {
                await Task.Delay(instant, token);
                run.Signal(DeployerRun.SigKill);
                await run.WaitAsync();
            }
            await CompletesAsync(workspace, $"killed after {instant.TotalMilliseconds:0} ms; DEPLOYER_KILL_SEED={seed} repeats these instants");
        });
    }

    /// <summary>Deploys once more and looks at everything there must be one of.</summary>
    private static async Task<JsonObject> CompletesAsync(TestWorkspace workspace, string where, int revisions = 1)
    {
        ProgramResult again = await workspace.RunAsync("deploy", "--output", "json");
        Assert.True(again.ExitCode == 0, $"{where}: {again}\n{Logs(workspace)}");
        try
        {
            JsonObject result = again.Document;
            await Scoring.SevenIsReadAsync((string)result["endpoint"]!["scoringUri"]!);
            Assert.Equal((revisions, $"{revisions}"), ((int)result["revision"]!, (string)result["model"]!["version"]!));

            IReadOnlyList<JsonObject> journal = JournalLines.Read(workspace.JournalFile);
            Assert.Equal(("run.closed", "succeeded"), ((string)journal[^1]["type"]!, (string)journal[^1]["data"]!["outcome"]!));

            Assert.Equal(revisions, Directory.GetDirectories(workspace[".deployer/models/models/mnist-digits"]).Length);
            Assert.Equal(revisions, Directory.GetFiles(workspace[".deployer/endpoints/mnist/revisions"], "revision.json", SearchOption.AllDirectories).Length);
            ImageLayouts.IsWhole(workspace[".deployer/images/mnist"], images: revisions);
            // A scorer or front that was started twice finds the other's lock and ends.
            await TestWorkspace.EventuallyAsync(() => workspace.Processes().Count == 2, "one scorer and one front run");
            (_, _) = (Assert.Single(workspace.Scorers()), Assert.Single(workspace.Fronts()));
            return result;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{where}: {e.Message}\n{again}\n{Logs(workspace)}", e);
        }
    }

    private static string Logs(TestWorkspace workspace) => !Directory.Exists(workspace.State) ? "" : string.Join('\n',
        Directory.EnumerateFiles(workspace.State, "output.log", SearchOption.AllDirectories).Select(f => $"--- {f}\n{File.ReadAllText(f)}"));

    private static async Task<int> RecordsOfADeploymentAsync()
    {
        await using TestWorkspace workspace = TestWorkspace.Create();
        await workspace.DeployAsync();
        return JournalLines.Read(workspace.JournalFile).Count;
    }

    private static async Task<TimeSpan> TimeOfADeploymentAsync()
    {
        await using TestWorkspace workspace = TestWorkspace.Create();
        long start = Stopwatch.GetTimestamp();
        await workspace.DeployAsync();
        return Stopwatch.GetElapsedTime(start);
    }
}
