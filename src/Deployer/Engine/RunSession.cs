using System.Text.Json.Nodes;

namespace Deployer.Engine;

/// <summary>What a run is for; written into the journal before anything else.</summary>
public sealed record RunRequest
{
    /// <summary>Folder-safe name of what is deployed where, such as <c>local-mnist</c>.</summary>
    public required string Deployment { get; init; }
    /// <summary>The verb: <c>deploy</c>, <c>rollback</c>, <c>delete</c>, <c>register</c>, <c>build</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>SHA-256 of the plan document.</summary>
    public required string PlanHash { get; init; }
    /// <summary>The pinned plan, from which <c>resume</c> goes on.</summary>
    public required JsonObject Plan { get; init; }
    /// <summary>Version of the rules by which images are packed.</summary>
    public required int Packer { get; init; }
    /// <summary>How long the run may take before it lets go.</summary>
    public required TimeSpan Deadline { get; init; }
    public required bool AdoptForeign { get; init; }
    public required LockHolder Holder { get; init; }
}

/// <summary>Opens a run (lock, journal, pinned plan), lets the workflow do its steps, and records how it ended.</summary>
public sealed class RunSession(string deploymentsDirectory, TimeProvider time, Action<RunEvent> tell, Failpoint failpoint, string toolVersion)
{
    private const int LongestPlan = 48 * 1024;

    /// <summary>Runs <paramref name="work"/> with the deployment held.</summary>
    /// <param name="request">What is to be done.</param>
    /// <param name="work">The workflow.</param>
    /// <param name="signal">Names the signal that asked the run to let go.</param>
    /// <param name="detach">Asks the run to let go, leaving everything resumable.</param>
    /// <exception cref="DeployerException">The deployment is held, the journal damaged, or a step failed.</exception>
    /// <exception cref="OperationCanceledException">The run let go.</exception>
    public async Task<TResult> RunAsync<TResult>(
        RunRequest request, Func<StepRunner, CancellationToken, Task<TResult>> work, Func<string?> signal, CancellationToken detach)
    {
        string run = request.Holder.Run;
        string directory = Path.Combine(deploymentsDirectory, request.Deployment);
        using DeploymentLock held = await DeploymentLock.AcquireAsync(directory, request.Holder, time, detach).ConfigureAwait(false);
        using var journal = Journal.Open(JournalFile(directory), time, failpoint);
        long start = time.GetTimestamp();

        Open(request, journal);
        using CancellationTokenSource deadline = new(request.Deadline, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, detach);
        try
        {
            var runner = new StepRunner(run, request.Deployment, journal, time, tell, request.AdoptForeign);
            TResult result = await work(runner, linked.Token).ConfigureAwait(false);
            Close(journal, run, "succeeded", null, start);
            return result;
        }
        catch (OperationCanceledException) when (detach.IsCancellationRequested)
        {
            journal.Append(run, JournalType.RunInterrupted, null, new() { ["signal"] = signal() });
            throw;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new DeployerException(FailureCode.Deadline,
                $"The run is not finished after {request.Deadline.TotalSeconds:0.#} s. What was started goes on.",
                $"Run `deployer resume {run}` to go on waiting.");
        }
        catch (DeployerException e) when (e.Code != FailureCode.Deadline)
        {
            Close(journal, run, "failed", e.Code, start);
            throw;
        }
    }

    /// <summary>The run that <c>resume</c> would go on with in a deployment's folder, or null.</summary>
    public static JournalRecord? FindOpenRun(string directory) => JournalReader.Read(JournalFile(directory)).OpenRun;

    /// <summary>The steps that any run in a deployment's folder recorded as done, by <see cref="StepRunner.KeyOf"/>.</summary>
    public static IReadOnlySet<string> DoneKeys(string directory) => JournalReader.Read(JournalFile(directory)).DoneKeys;

    private void Open(RunRequest request, Journal journal)
    {
        string run = request.Holder.Run;
        if (request.Plan.ToJsonString().Length > LongestPlan)
            throw new DeployerException(FailureCode.Configuration,
                $"The plan has {request.Plan.ToJsonString().Length} characters of JSON; at most {LongestPlan} fit into the journal.",
                "Shorten tags, properties, descriptions or environment variables.");

        if (journal.Contents.TornBytes > 0)
            Note($"The last {journal.Contents.TornBytes} bytes of the journal were cut short by a crash and are dropped.");
        JournalRecord? open = journal.Contents.OpenRun;
        bool same = open is not null && (string?)open.Data["planHash"] == request.PlanHash && (string?)open.Data["kind"] == request.Kind;
        if (open is not null && !same) Note($"Run {open.Run} did not finish and its plan is another one; this run takes its place.");

        string? resumeOf = same ? open!.Run : null;
        var data = new JsonObject
        {
            ["kind"] = request.Kind,
            ["planHash"] = request.PlanHash,
            ["planDocument"] = request.Plan.DeepClone(),
            ["toolVersion"] = toolVersion,
            ["packer"] = request.Packer,
        };
        if (resumeOf is not null) data["resumeOf"] = resumeOf;
        journal.Append(run, JournalType.RunOpen, null, data);
        journal.Append(run, JournalType.LeaseAcquired, null, new() { ["epoch"] = journal.Epoch, ["holder"] = request.Holder.ToString() });
        tell(new RunEvent.RunStarted(run, request.Deployment, request.Kind, resumeOf) { Time = time.GetUtcNow() });
    }

    private void Close(Journal journal, string run, string outcome, FailureCode? code, long start)
    {
        var data = new JsonObject { ["outcome"] = outcome };
        if (code is not null) data["code"] = code.ToString();
        journal.Append(run, JournalType.RunClosed, null, data);
        tell(new RunEvent.RunFinished(run, outcome, time.GetElapsedTime(start)) { Time = time.GetUtcNow() });
    }

    private void Note(string message) => tell(new RunEvent.Note(message) { Time = time.GetUtcNow() });

    private static string JournalFile(string directory) => Path.Combine(directory, "journal.ndjson");
}
