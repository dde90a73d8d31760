namespace Deployer.Cli;

/// <summary>A disk that is full, or a folder that may not be written or read, wherever it is met: no bug, but for a person to mend.</summary>
internal static class DiskFailure
{
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    public static DeployerException Of(Exception e) => new(
        FailureCode.FileAccess, e.Message, "Free disk space or mend the permissions, then run the same command again.", e);

    /// <summary>Does the work; its disk failures come out as what a person can act on.</summary>
    /// <exception cref="DeployerException"><see cref="FailureCode.FileAccess"/>.</exception>
    public static async Task<T> ToldAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (Is(e))
        {
            throw Of(e);
        }
    }
}
