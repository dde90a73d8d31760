using Deployer.Engine;
using Microsoft.Extensions.Time.Testing;

namespace Deployer.Tests.Engine;

public sealed class StepRunnerSpecs : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly CountingStep step = new();
    private readonly List<RunEvent> events = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_is_absent_is_made_once_and_recorded_as_intent_before_and_done_after()
    {
        Assert.Equal("a", await RunAsync("a"));
        Assert.Equal(1, step.Acts);
        Assert.Equal(["step.observe", "step.intent", "step.accepted", "step.done"], Records().Select(r => r.Type));
    }

    [Fact]
    public async Task What_a_former_run_finished_is_skipped_and_what_it_did_not_record_is_adopted()
    {
        step.There = "a";
        await RunAsync("a");
        await RunAsync("a");
        Assert.Equal(0, step.Acts);
        Assert.Equal(["adopt", "skip"], events.OfType<RunEvent.StepFinished>().Select(e => e.Decision.Word()));
    }

    [Fact]
    public async Task A_goal_that_changed_is_done_again_even_when_the_old_one_was_recorded()
    {
        await RunAsync("a");
        Assert.Equal("b", await RunAsync("b"));
        Assert.Equal(2, step.Acts);
        Assert.Equal(Decision.Replace, events.OfType<RunEvent.StepFinished>().Last().Decision);
    }

    [Fact]
    public async Task What_is_recorded_as_done_but_gone_is_made_again()
    {
        await RunAsync("a");
        step.There = null;
        await RunAsync("a");
        Assert.Equal(2, step.Acts);
    }

    [Fact]
    public async Task Work_under_way_is_waited_for_and_not_started_again()
    {
        step.Observed = new Observation<string>.InProgress("somebody");
        step.There = "a";
        Assert.Equal("a", await RunAsync("a"));
        Assert.Equal((0, 1), (step.Acts, step.Polls));
    }

    [Fact]
    public async Task What_somebody_else_made_is_refused_unless_it_is_to_be_adopted()
    {
        step.Observed = new Observation<string>.Foreign("terraform");
        DeployerException e = await Assert.ThrowsAsync<DeployerException>(() => RunAsync("a"));
        Assert.Equal(FailureCode.Foreign, e.Code);
        Assert.Equal("counting: what is there was not made by this deployment: terraform.", e.Message);
        Assert.Equal(0, step.Acts);

        await RunAsync("a", adopt: true);
        Assert.Equal(1, step.Acts);
    }

    [Fact]
    public async Task Polls_come_after_2_3_and_4_and_a_half_seconds_and_so_on_up_to_30()
    {
        step.PollsToGo = 9;
        double[] waits = await WaitsAsync();
        Assert.Equal([2, 3, 4.5, 6.75, 10.125, 15.1875, 22.78125, 30, 30], waits);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 7)]
    [InlineData(99999, 600)]
    public async Task Retry_after_is_obeyed_between_1_second_and_10_minutes(int asked, int waited)
    {
        step.Deadline = TimeSpan.FromHours(1);
        step.PollsToGo = 2;
        step.RetryAfter = TimeSpan.FromSeconds(asked);
        double[] waits = await WaitsAsync();
        Assert.Equal([waited, waited], waits);
    }

    [Fact]
    public async Task A_step_still_running_at_its_deadline_fails_as_deadline_says_what_it_waits_for_and_can_be_run_again()
    {
        step.Deadline = TimeSpan.FromSeconds(15);
        step.PollsToGo = int.MaxValue;
        Task<string> running = RunAsync("a");
        await AdvanceAsync(running, TimeSpan.FromSeconds(16));
        DeployerException e = await Assert.ThrowsAsync<DeployerException>(() => running);
        Assert.Equal(FailureCode.Deadline, e.Code);
        Assert.Equal("counting: not finished after 15 s, still waiting for the variable to settle. What was started goes on.", e.Message);
        Assert.Equal("step.failed", Records()[^1].Type);

        step.PollsToGo = 0;
        Assert.Equal("a", await RunAsync("a"));
        Assert.Equal(1, step.Acts);
    }

    [Fact]
    public async Task A_wait_says_so_at_once_and_every_10_seconds()
    {
        step.PollsToGo = 9;
        await WaitsAsync();
        double[] told = [.. events.OfType<RunEvent.StepWaiting>().Select(e => e.Elapsed.TotalSeconds)];
        Assert.Equal(0, told[0]);
        Assert.All(told.Zip(told.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 10, 31));
    }

    [Fact]
    public async Task A_failure_is_recorded_with_its_code_and_passed_on()
    {
        step.FailAct = () => new DeployerException(FailureCode.RemoteOperation, "the far side said no", "ask again");
        DeployerException e = await Assert.ThrowsAsync<DeployerException>(() => RunAsync("a"));
        Assert.Equal("the far side said no", e.Message);
        JournalRecord last = Records()[^1];
        Assert.Equal(("step.failed", "RemoteOperation"), (last.Type, (string?)last.Data["code"]));
    }

    [Fact]
    public async Task Letting_go_stops_the_wait_and_records_neither_success_nor_failure()
    {
        step.PollsToGo = int.MaxValue;
        using var detach = new CancellationTokenSource();
        Task<string> running = RunUntilAsync("a", adopt: false, detach.Token);
        await detach.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal("step.accepted", Records()[^1].Type);
    }

    [Fact]
    public async Task An_undo_is_journaled_around_itself()
    {
        using Journal journal = Open();
        await Runner(journal, false).UndoAsync(step, "a", TestContext.Current.CancellationToken);
        Assert.Equal(1, step.Undone);
        Assert.Equal(["step.undo.intent", "step.undo.done"], Records().Select(r => r.Type));
    }

    /// <summary>The seconds between the polls of one run, on the fake clock.</summary>
    private async Task<double[]> WaitsAsync()
    {
        List<double> waits = [];
        Task<string> running = RunAsync("a");
        int polls = step.Polls;
        double waited = 0;
        while (!running.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(0.03125));
            waited += 0.03125;
            if (step.Polls == polls) continue;
            polls = step.Polls;
            waits.Add(waited);
            waited = 0;
        }
        await running;
        return [.. waits.Zip(Enumerable.Range(0, waits.Count)).Select(w => Math.Round(w.First / 0.03125) * 0.03125)];
    }

    private async Task AdvanceAsync(Task task, TimeSpan span)
    {
        for (TimeSpan done = TimeSpan.Zero; done < span && !task.IsCompleted; done += TimeSpan.FromSeconds(1)) time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAny(task, Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    private Task<string> RunAsync(string goal, bool adopt = false) => RunUntilAsync(goal, adopt, TestContext.Current.CancellationToken);

    private async Task<string> RunUntilAsync(string goal, bool adopt, CancellationToken cancellationToken)
    {
        using Journal journal = Open();
        return await Runner(journal, adopt).RunAsync(step, goal, cancellationToken);
    }

    private StepRunner Runner(Journal journal, bool adopt) => new("RUN", "local-test", journal, time, e => { lock (events) events.Add(e); }, adopt);

    private Journal Open()
    {
        bool fresh = !File.Exists(folder["journal.ndjson"]);
        var journal = Journal.Open(folder["journal.ndjson"], time, Failpoint.None);
        if (fresh) journal.Append("RUN", JournalType.RunOpen, null, []);
        return journal;
    }

    private List<JournalRecord> Records() =>
        [.. JournalReader.Read(folder["journal.ndjson"]).Records.Where(r => r.Type.StartsWith("step.", StringComparison.Ordinal))];
}
