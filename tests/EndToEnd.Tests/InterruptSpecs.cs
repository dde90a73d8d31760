using System.Diagnostics;

namespace EndToEnd.Tests;

/// <summary>Ctrl-C, a pipeline agent's SIGTERM, a closed terminal.</summary>
public sealed class InterruptSpecs
{
    private const int Instants = 20;
    private const string ResumeLine = "Let go: what was started goes on, nothing is lost. Run `deployer resume` (or the same command again) to go on.";

    [Theory]
    [InlineData(DeployerRun.SigInt)]
    [InlineData(DeployerRun.SigTerm)]
    [InlineData(DeployerRun.SigHup)]
    public async Task A_signal_at_any_instant_ends_the_run_within_two_seconds_and_resume_goes_on_with_it(int signal)
    {
        TimeSpan whole = await TimeOfADeploymentAsync();
        int letGo = 0;
        await Parallel.ForEachAsync(Enumerable.Range(1, Instants), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (i, token) =>
        {
            await using TestWorkspace workspace = TestWorkspace.Create();
            using DeployerRun run = workspace.Start("deploy");
            await Task.Delay(whole * i / Instants, token);
            run.Signal(signal);
            long sent = Stopwatch.GetTimestamp();
            ProgramResult end = await run.WaitAsync();
            TimeSpan took = Stopwatch.GetElapsedTime(sent);

            string where = $"signal {signal} at {i}/{Instants} of {whole.TotalSeconds:0.00} s, ended {took.TotalSeconds:0.00} s later: {end}";
            bool finished = end.ExitCode == 0;
            Assert.True(finished || end.ExitCode == 128 + signal, where);
            Assert.True(took < TimeSpan.FromSeconds(2), where);
            bool opened = end.Error.StartsWith("run ", StringComparison.Ordinal);
            if (!finished && opened)
            {
                Assert.Contains(ResumeLine, end.Error, StringComparison.Ordinal);
                ProgramResult resumed = await workspace.RunAsync("resume");
                // It may have been told to stop when all that was left was to say that it had succeeded.
                bool closed = JournalLines.Read(workspace.JournalFile)[^1]["data"]!["outcome"] is not null;
                Assert.True(resumed.ExitCode == 0 || (resumed.ExitCode == 6 && closed), $"{where}\nresumed: {resumed}");
                Interlocked.Increment(ref letGo);
            }
            await Scoring.SevenIsReadAsync((string)(await workspace.DeployAsync())["endpoint"]!["scoringUri"]!);
            await TestWorkspace.EventuallyAsync(() => workspace.Processes().Count == 2, "one scorer and one front run");
        });
        Assert.InRange(letGo, Instants / 4, Instants);
    }

    [Fact]
    public async Task A_second_signal_ends_the_process_at_once()
    {
        await using TestWorkspace workspace = TestWorkspace.Create();
        using DeployerRun run = workspace.Start("deploy");
        await TestWorkspace.EventuallyAsync(() => File.Exists(workspace.JournalFile), "the run has begun");
        long sent = Stopwatch.GetTimestamp();
        run.Signal(DeployerRun.SigInt);
        run.Signal(DeployerRun.SigInt);
        (await run.WaitAsync()).Expect(130);
        Assert.InRange(Stopwatch.GetElapsedTime(sent).TotalSeconds, 0, 1);
        await workspace.DeployAsync();
    }

    private static async Task<TimeSpan> TimeOfADeploymentAsync()
    {
        await using TestWorkspace workspace = TestWorkspace.Create();
        long start = Stopwatch.GetTimestamp();
        await workspace.DeployAsync();
        return Stopwatch.GetElapsedTime(start);
    }
}
