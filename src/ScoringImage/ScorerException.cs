namespace ScoringImage;

/// <summary>A reason the scorer cannot run, for a person to read: printed after <c>error: </c> on stderr.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">One line: what is wrong and where.</param>
public sealed class ScorerException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>The process exit codes, a contract with whatever starts the scorer.</summary>
public static class ExitCodes
{
    /// <summary>The configuration file or an environment variable is wrong.</summary>
    public const int Configuration = 2;
    /// <summary>The model cannot be loaded or served.</summary>
    public const int Model = 3;
    /// <summary>The address and port cannot be listened on.</summary>
    public const int Listen = 4;
    /// <summary>Another scorer holds the run directory (EX_TEMPFAIL of sysexits.h).</summary>
    public const int Locked = 75;
}
