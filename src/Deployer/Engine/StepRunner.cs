using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Deployer.Engine;

/// <summary>
/// Takes one step at a time from what is there to what is wanted: observe, decide, record the intent, act, poll, record the outcome.
/// The only loop and the only delay in the program. Safe to use for steps that run side by side.
/// </summary>
public sealed class StepRunner(string run, string deployment, Journal journal, TimeProvider time, Action<RunEvent> tell, bool adoptForeign)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly IReadOnlySet<string> doneBefore = journal.Contents.DoneKeys;
    private readonly List<StepResult> results = [];

    /// <summary>The steps that have ended so far, in the order they began.</summary>
    public IReadOnlyList<StepResult> Results
    {
        get { lock (results) return [.. results]; }
    }

    /// <summary>Brings one step to its goal.</summary>
    /// <exception cref="DeployerException">The step failed; <see cref="FailureCode.Deadline"/> when it merely has not ended in time.</exception>
    /// <exception cref="OperationCanceledException">The run was told to let go. Everything is as durable as it would be after kill -9.</exception>
    public async Task<TOutput> RunAsync<TInput, TOutput>(IStep<TInput, TOutput> step, TInput input, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var clock = new StepClock(time);
        StepResult result = Begin(step.Name);
        try
        {
            string key = KeyOf(deployment, step, input);
            Observation<TOutput> observation = await step.ObserveAsync(input, cancellationToken).ConfigureAwait(false);
            Decision decision = step.Decide(observation, doneBefore.Contains(key), adoptForeign);
            result = Update(result, result with { Decision = decision.Word() });
            journal.Append(run, JournalType.StepObserve, step.Name,
                new() { ["verdict"] = observation.Verdict, ["detail"] = Short(observation.Detail), ["decision"] = decision.Word() });
            tell(new RunEvent.StepDecided(step.Name, decision, observation.Verdict, observation.Detail) { Time = time.GetUtcNow() });

            TOutput output;
            switch (decision)
            {
                case Decision.Skip or Decision.Adopt:
                    output = ((Observation<TOutput>.Match)observation).Value;
                    break;
                case Decision.Refuse:
                    throw Refusal(step.Name, observation);
                case Decision.Wait:
                    output = await FollowAsync(step, input, clock, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    journal.Append(run, JournalType.StepIntent, step.Name, new() { ["key"] = key });
                    await step.ActAsync(input, new Forward(amount => tell(new RunEvent.StepProgressed(step.Name, amount) { Time = time.GetUtcNow() })), cancellationToken).ConfigureAwait(false);
                    journal.Append(run, JournalType.StepAccepted, step.Name, []);
                    output = await FollowAsync(step, input, clock, cancellationToken).ConfigureAwait(false);
                    break;
            }

            journal.Append(run, JournalType.StepDone, step.Name,
                new() { ["key"] = key, ["decision"] = decision.Word(), ["outputs"] = step.Describe(output) });
            End(result, "done", clock.Elapsed);
            tell(new RunEvent.StepFinished(step.Name, decision, clock.Elapsed) { Time = time.GetUtcNow() });
            return output;
        }
        catch (DeployerException e)
        {
            throw Fail(step.Name, result, clock, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fail(step.Name, result, clock, new DeployerException(FailureCode.FileAccess, $"{step.Name}: {e.Message}",
                "Free disk space or mend the permissions, then run the same command again.", e));
        }
    }

    /// <summary>Puts back what a step did, after a later one failed.</summary>
    /// <returns>Whether there was anything to put back.</returns>
    /// <exception cref="DeployerException">It could not be put back.</exception>
    public async Task<bool> UndoAsync<TInput, TOutput>(IStep<TInput, TOutput> step, TInput input, CancellationToken cancellationToken)
    {
        journal.Append(run, JournalType.UndoIntent, step.Name, []);
        bool putBack;
        try
        {
            putBack = await step.UndoAsync(input, cancellationToken).ConfigureAwait(false);
        }
        catch (DeployerException e)
        {
            journal.Append(run, JournalType.UndoFailed, step.Name, Failure(e));
            throw;
        }
        journal.Append(run, JournalType.UndoDone, step.Name, []);
        if (putBack) tell(new RunEvent.StepUndone(step.Name) { Time = time.GetUtcNow() });
        return putBack;
    }

    private async Task<TOutput> FollowAsync<TInput, TOutput>(
        IStep<TInput, TOutput> step, TInput input, StepClock clock, CancellationToken cancellationToken)
    {
        string? said = null;
        TimeSpan saidAt = TimeSpan.Zero;
        TimeSpan? wish = null;
        using CancellationTokenSource deadline = new(step.Deadline, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            Poll<TOutput> poll;
            try
            {
                if (attempt > 1) await Task.Delay(step.Pace.Wait(attempt - 1, wish), time, linked.Token).ConfigureAwait(false);
                poll = await step.PollAsync(input, linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw DeadlinePassed(step.Name, step.Deadline, said);
            }
            if (poll is Poll<TOutput>.Succeeded succeeded) return succeeded.Value;
            if (poll is Poll<TOutput>.Failed failed) throw failed.Why;

            var running = (Poll<TOutput>.Running)poll;
            wish = running.RetryAfter;
            if (running.WaitingFor != said || clock.Elapsed - saidAt >= Heartbeat)
            {
                (said, saidAt) = (running.WaitingFor, clock.Elapsed);
                tell(new RunEvent.StepWaiting(step.Name, running.WaitingFor, clock.Elapsed) { Time = time.GetUtcNow() });
            }
        }
    }

    /// <summary>Names a goal across runs: 26 characters, equal for equal deployment, step and identity.</summary>
    public static string KeyOf<TInput, TOutput>(string deployment, IStep<TInput, TOutput> step, TInput input) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{deployment}\n{step.Name}\n{step.Identity(input)}")))[..26];

    private StepResult Begin(string step)
    {
        var result = new StepResult { Name = step };
        lock (results) results.Add(result);
        tell(new RunEvent.StepStarted(step) { Time = time.GetUtcNow() });
        return result;
    }

    private StepResult Update(StepResult former, StepResult latter)
    {
        lock (results) results[results.IndexOf(former)] = latter;
        return latter;
    }

    private void End(StepResult result, string outcome, TimeSpan elapsed) =>
        Update(result, result with { Outcome = outcome, Seconds = Math.Round(elapsed.TotalSeconds, 3) });

    private DeployerException Fail(string step, StepResult result, StepClock clock, DeployerException e)
    {
        journal.Append(run, JournalType.StepFailed, step, Failure(e));
        End(result, e.Code == FailureCode.Deadline ? "running" : "failed", clock.Elapsed);
        tell(new RunEvent.StepFailed(step, e.Code, e.Message, clock.Elapsed) { Time = time.GetUtcNow() });
        return e;
    }

    private static DeployerException DeadlinePassed(string step, TimeSpan deadline, string? waitingFor) => new(
        FailureCode.Deadline,
        $"{step}: not finished after {deadline.TotalSeconds:0.#} s, still waiting for {waitingFor ?? "a first look at it"}. What was started goes on.",
        "Run `deployer resume` to go on waiting.");

    private static DeployerException Refusal<TOutput>(string step, Observation<TOutput> observation) => observation switch
    {
        Observation<TOutput>.Broken broken => broken.Why,
        _ => new DeployerException(FailureCode.Foreign,
            $"{step}: what is there was not made by this deployment: {observation.Detail}.",
            "Choose another name, or pass --adopt to take it over."),
    };

    private static JsonObject Failure(DeployerException e) => new() { ["code"] = e.Code.ToString(), ["message"] = Short(e.Message) };

    private static string? Short(string? text) => text is { Length: > 2000 } ? string.Concat(text.AsSpan(0, 2000), "...") : text;

    /// <summary>Unlike <see cref="Progress{T}"/>, tells in order and on the caller's thread.</summary>
    private sealed class Forward(Action<Amount> report) : IProgress<Amount>
    {
        public void Report(Amount value) => report(value);
    }
}

/// <summary>How a step ended, for the result document.</summary>
public sealed record StepResult
{
    public required string Name { get; init; }
    /// <summary>The decision's word; empty until it is made.</summary>
    public string Decision { get; init; } = "";
    /// <summary><c>done</c>, <c>failed</c> or <c>running</c>.</summary>
    public string Outcome { get; init; } = "running";
    public double Seconds { get; init; }
}
