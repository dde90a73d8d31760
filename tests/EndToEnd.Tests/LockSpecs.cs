namespace EndToEnd.Tests;

/// <summary>Two runs on one deployment at once.</summary>
public sealed class LockSpecs
{
    private const int Rounds = 20;

    [Fact]
    public async Task Of_two_deployments_started_together_one_deploys_and_the_other_is_told_at_once_who_does()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        int sharedNothing = 0;
        for (int round = 0; round < Rounds; round++)
        {
            await using TestWorkspace workspace = TestWorkspace.Create();
            int apart = random.Next(51);
            string where = $"round {round}, {apart} ms apart, seed {seed}";

            using DeployerRun a = workspace.Start("deploy", "--output", "json");
            await Task.Delay(apart, TestContext.Current.CancellationToken);
            using DeployerRun b = workspace.Start("deploy", "--output", "json");
            ProgramResult[] ends = await Task.WhenAll(a.WaitAsync(), b.WaitAsync());

            string both = $"{where}\n{ends[0]}\n{ends[1]}";
            JournalLines.Read(workspace.JournalFile);
            if (ends[0].ExitCode == 0 && ends[1].ExitCode == 0)
            {
                // One was so late that the other had ended: it happens when the machine is busy.
                Assert.Contains("unchanged", ends.Select(e => (string)e.Document["outcome"]!));
                sharedNothing++;
                continue;
            }
            int winner = ends[0].ExitCode == 0 ? 0 : 1;
            Assert.True((ends[winner].ExitCode, ends[1 - winner].ExitCode) == (0, 7), both);
            Assert.True(ends[1 - winner].Elapsed < TimeSpan.FromSeconds(2), both);
            string message = (string)ends[1 - winner].Document["error"]!["message"]!;
            Assert.Contains($"{Environment.UserName}@{Environment.MachineName}, process {(winner == 0 ? a : b).Id}, run {ends[winner].Document["run"]}, since ",
                message, StringComparison.Ordinal);
            Assert.Equal("error", (string)ends[1 - winner].Events[^1]["type"]!);
            await Scoring.SevenIsReadAsync((string)ends[winner].Document["endpoint"]!["scoringUri"]!);
            Assert.Equal(2, workspace.Processes().Count);
        }
        Assert.InRange(sharedNothing, 0, Rounds / 4);
    }

    [Fact]
    public async Task A_stopped_holder_still_holds_and_a_killed_one_does_not()
    {
        await using TestWorkspace workspace = TestWorkspace.Create();
        using DeployerRun holder = workspace.Start("deploy");
        await TestWorkspace.EventuallyAsync(() => File.Exists(workspace.JournalFile), "the run has begun");
        holder.Signal(DeployerRun.SigStop);
        ProgramResult refused = (await workspace.RunAsync("deploy")).Expect(7);
        Assert.Contains($"process {holder.Id}", refused.Error, StringComparison.Ordinal);
        // Who only looks is not held up.
        (await workspace.RunAsync("status")).Expect(0);

        holder.Signal(DeployerRun.SigKill);
        await holder.WaitAsync();
        await Scoring.SevenIsReadAsync((string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!);
    }
}
