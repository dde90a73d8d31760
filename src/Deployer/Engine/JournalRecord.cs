using System.Text.Json.Nodes;

namespace Deployer.Engine;

/// <summary>One line of the journal. Order is by <see cref="Seq"/>, never by <see cref="Time"/>.</summary>
public sealed record JournalRecord
{
    public required long Seq { get; init; }
    /// <summary>The CRC of the line before, 8 hex digits; zeros for the first.</summary>
    public required string Prev { get; init; }
    /// <summary>For people; nothing is decided by it.</summary>
    public required DateTimeOffset Time { get; init; }
    public required string Run { get; init; }
    /// <summary>Counts the holders of the deployment's lock.</summary>
    public required long Epoch { get; init; }
    /// <summary>One of <see cref="JournalType"/>.</summary>
    public required string Type { get; init; }
    /// <summary>The step the record is about; null for records about the run.</summary>
    public string? Step { get; init; }
    /// <summary>What the type calls for. Never a token, a key or a request body.</summary>
    public required JsonObject Data { get; init; }
    /// <summary>CRC-32C of the line without its <c>crc</c> member, 8 hex digits.</summary>
    public required string Crc { get; init; }
}

/// <summary>The record types of journal format 1.</summary>
public static class JournalType
{
    /// <summary><c>{kind, planHash, planDocument, toolVersion, packer, resumeOf?}</c></summary>
    public const string RunOpen = "run.open";
    /// <summary><c>{holder}</c></summary>
    public const string LeaseAcquired = "lease.acquired";
    /// <summary><c>{verdict, detail?, decision}</c></summary>
    public const string StepObserve = "step.observe";
    /// <summary><c>{key, attempt}</c>: durable before the mutation starts.</summary>
    public const string StepIntent = "step.intent";
    /// <summary><c>{}</c>: the mutation was taken in; what follows is waiting.</summary>
    public const string StepAccepted = "step.accepted";
    /// <summary><c>{key, decision, outputs}</c></summary>
    public const string StepDone = "step.done";
    /// <summary><c>{code, message}</c></summary>
    public const string StepFailed = "step.failed";
    public const string UndoIntent = "step.undo.intent";
    public const string UndoDone = "step.undo.done";
    /// <summary><c>{code, message}</c></summary>
    public const string UndoFailed = "step.undo.failed";
    /// <summary><c>{signal}</c></summary>
    public const string RunInterrupted = "run.interrupted";
    /// <summary><c>{outcome, code?}</c></summary>
    public const string RunClosed = "run.closed";

    internal static readonly HashSet<string> Known =
        [RunOpen, LeaseAcquired, StepObserve, StepIntent, StepAccepted, StepDone, StepFailed, UndoIntent, UndoDone, UndoFailed, RunInterrupted, RunClosed];
}
