namespace Deployer;

/// <summary>
/// The one failure a person can act on: what is wrong (<see cref="Exception.Message"/>) and what to do about it.
/// Anything else that escapes is a bug and exits with <see cref="ExitCodes.Bug"/>.
/// </summary>
public sealed class DeployerException : Exception
{
    /// <param name="code">What kind of failure this is; decides the process exit code.</param>
    /// <param name="problem">One sentence or more: what is wrong and where. Never contains a secret.</param>
    /// <param name="remedy">What to do about it, as an instruction.</param>
    /// <param name="inner">The failure underneath, shown with <c>--verbose</c>.</param>
    public DeployerException(FailureCode code, string problem, string remedy, Exception? inner = null)
        : base(problem, inner)
    {
        Code = code;
        Remedy = remedy;
    }

    public FailureCode Code { get; }

    public string Remedy { get; }
}
