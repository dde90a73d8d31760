using System.Globalization;

namespace ScoringImage.Web;

/// <summary>
/// The folder by which whoever started the scorer finds it again: <c>lock</c>, held as long as the process lives (the kernel lets go of it
/// even on kill -9), and <c>process.json</c> with the process id and port.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK, what flock answers when another holds the lock
    private const int LockAttempts = 40;
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(25);
    private readonly string _path;
    private readonly FileStream _lock;

    private RunDirectory(string path, FileStream @lock) => (_path, _lock) = (path, @lock);

    /// <summary>
    /// Takes the lock and removes the process.json of a former holder. Whoever looks whether the scorer lives has the lock for an instant, so one
    /// refusal means nothing: it is tried for a second.
    /// </summary>
    /// <exception cref="ScorerException"><see cref="ExitCodes.Locked"/> when another process holds it; <see cref="ExitCodes.Configuration"/> when the folder cannot be used.</exception>
    public static async Task<RunDirectory> LockAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = Path.Combine(path, "lock");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var taken = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                File.Delete(Path.Combine(path, "process.json"));
                return new RunDirectory(path, taken);
            }
            catch (IOException exception) when (exception.HResult == WouldBlock)
            {
                if (attempt == LockAttempts)
                    throw new ScorerException(ExitCodes.Locked, $"another scorer runs here: it holds {file}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new ScorerException(ExitCodes.Configuration, $"SCORER_RUN_DIR: {exception.Message}");
            }
            await Task.Delay(LockRetry, time, cancellationToken);
        }
    }

    /// <summary>Writes process.json so that a reader sees all of it or none.</summary>
    /// <param name="processId">Our own.</param>
    /// <param name="port">Where the scorer listens.</param>
    /// <param name="ready">Whether it has been ready since it was started: one that was and no longer answers hangs.</param>
    /// <exception cref="ScorerException">With <see cref="ExitCodes.Configuration"/>: it cannot be written.</exception>
    public void Announce(int processId, int port, bool ready)
    {
        var target = Path.Combine(_path, "process.json");
        var draft = target + ".new";
        try
        {
            File.WriteAllText(draft, string.Create(CultureInfo.InvariantCulture, $"{{\"pid\":{processId},\"port\":{port},\"ready\":{(ready ? "true" : "false")}}}\n"));
            File.Move(draft, target, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(exception);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static ScorerException Unusable(Exception exception) => new(ExitCodes.Configuration, $"SCORER_RUN_DIR: {exception.Message}");
}
