namespace Deployer;

/// <summary>Every way a run can end other than well. The name is printed and appears in JSON events; it never changes.</summary>
public enum FailureCode
{
    /// <summary>The command line cannot be understood.</summary>
    Usage,
    /// <summary>workspace.json or a file under config/ is wrong.</summary>
    Configuration,
    /// <summary>The .onnx file cannot be used.</summary>
    Model,
    /// <summary>A file that is named cannot be read or written.</summary>
    FileAccess,
    /// <summary>Sign-in failed or a role is missing.</summary>
    Authentication,
    /// <summary>What the deployer asked for was refused or did not work on the far side.</summary>
    RemoteOperation,
    /// <summary>The scorer of a revision stopped or never started.</summary>
    RevisionFailed,
    /// <summary>Something exists under our name and was not made by this deployment.</summary>
    Foreign,
    /// <summary>The deployed thing answered, and the answer is wrong.</summary>
    Verification,
    /// <summary>What was asked for does not exist.</summary>
    NotFound,
    /// <summary>Another run holds the deployment.</summary>
    Locked,
    /// <summary>Cancelled by a verb.</summary>
    Cancelled,
    /// <summary>The deadline passed while the work goes on; it can be resumed.</summary>
    Deadline,
    /// <summary>The plan has changes and <c>--detailed-exitcode</c> was given.</summary>
    PlanHasChanges,
    /// <summary>The journal is damaged in its middle.</summary>
    JournalDamaged,
    /// <summary>Failed after promotion; the former revision serves again.</summary>
    RolledBack,
    /// <summary>Failed after promotion, and putting the former revision back failed too.</summary>
    RollbackFailed,
}

/// <summary>The process exit codes, a contract with release pipelines.</summary>
public static class ExitCodes
{
    public const int Done = 0;
    public const int Bug = 70;
    public const int DetachedByInterrupt = 130;
    public const int DetachedByTermination = 143;
    public const int DetachedByHangUp = 129;

    /// <summary>The exit code of a failure.</summary>
    public static int Of(FailureCode code) => code switch
    {
        FailureCode.Usage or FailureCode.Configuration or FailureCode.Model or FailureCode.FileAccess => 2,
        FailureCode.Authentication => 3,
        FailureCode.RemoteOperation or FailureCode.RevisionFailed or FailureCode.Foreign => 4,
        FailureCode.Verification => 5,
        FailureCode.NotFound => 6,
        FailureCode.Locked => 7,
        FailureCode.Cancelled => 8,
        FailureCode.Deadline => 9,
        FailureCode.PlanHasChanges => 10,
        FailureCode.JournalDamaged => 11,
        FailureCode.RolledBack => 12,
        FailureCode.RollbackFailed => 13,
        _ => Bug,
    };
}
