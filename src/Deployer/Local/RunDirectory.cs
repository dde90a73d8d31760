using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Deployer.Local;

/// <summary>A background process as it describes itself, once it listens.</summary>
public sealed record ProcessFile
{
    public required int Pid { get; init; }
    public required int Port { get; init; }
    /// <summary>It has been ready since it was started: if it no longer answers, it hangs.</summary>
    public bool Ready { get; init; }
}

/// <summary>
/// Where a background process says that it lives: it holds <c>lock</c> open exclusively as long as it does (the kernel lets go when it dies,
/// however), and writes <c>process.json</c> when it listens. Whoever starts it twice gets one process.
/// </summary>
public sealed class RunDirectory(string path)
{
    private const int HoldAttempts = 40;
    private static readonly TimeSpan HoldRetry = TimeSpan.FromMilliseconds(25);

    public string Path => path;

    public string LogFile => System.IO.Path.Combine(path, "output.log");

    private string LockFile => System.IO.Path.Combine(path, "lock");

    private string StartedFile => System.IO.Path.Combine(path, "started.pid");

    private string StoppingFile => System.IO.Path.Combine(path, "stopping");

    private string ProcessFile => System.IO.Path.Combine(path, "process.json");

    /// <summary>Whether the process lives.</summary>
    public bool IsHeld
    {
        get
        {
            try
            {
                if (!File.Exists(LockFile)) return false;
                // Shared, so that two who look at once do not take each other for the process.
                using var probe = new FileStream(LockFile, FileMode.Open, FileAccess.Read, FileShare.Read);
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }

    /// <summary>What the process last wrote about itself; null before it first listened.</summary>
    private ProcessFile? LastProcess
    {
        get
        {
            try { return JsonSerializer.Deserialize(File.ReadAllBytes(ProcessFile), LocalJson.Default.ProcessFile); }
            catch (Exception e) when (e is IOException or JsonException) { return null; }
        }
    }

    /// <summary>The living process, if it listens.</summary>
    public ProcessFile? Process => IsHeld && LastProcess is { } process && OpenFiles.Has(process.Pid, LockFile) ? process : null;

    /// <summary>Whether the living process has been asked to end and is finishing what it has to.</summary>
    public bool IsStopping => File.Exists(StoppingFile) && IsHeld;

    /// <summary>Whether a process was started here and has not ended, though it may not hold the lock yet.</summary>
    public bool IsStarting => ReadOrEmpty(StartedFile).Split(' ') is [var id, var birth] && int.TryParse(id, CultureInfo.InvariantCulture, out int pid)
        && DetachedProcess.IsAlive(pid) && DetachedProcess.Birth(pid) == birth;

    /// <summary>Starts the process that is to live here.</summary>
    public void Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        Directory.CreateDirectory(path);
        File.Delete(StoppingFile);
        int pid = DetachedProcess.Start(program, arguments, environment, LogFile);
        File.WriteAllText(StartedFile, string.Create(CultureInfo.InvariantCulture, $"{pid} {DetachedProcess.Birth(pid)}"));
    }

    /// <summary>
    /// Takes the lock for this very process. Whoever asks for <see cref="IsHeld"/> has it for an instant, so one refusal means nothing: it is tried for a second.
    /// </summary>
    /// <returns>Null when another process has it.</returns>
    public async Task<IDisposable?> TryHoldAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(path);
        for (int attempt = 0; attempt < HoldAttempts; attempt++)
        {
            try
            {
                var held = new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                File.Delete(ProcessFile);
                return held;
            }
            catch (IOException)
            {
                await Task.Delay(HoldRetry, time, cancellationToken).ConfigureAwait(false);
            }
        }
        return null;
    }

    /// <summary>Says where this very process listens.</summary>
    public void Announce(ProcessFile process) =>
        Engine.DurableFile.Write(ProcessFile, JsonSerializer.SerializeToUtf8Bytes(process, LocalJson.Default.ProcessFile));

    /// <summary>Asks the process to end, waits, and ends it by force when it does not.</summary>
    /// <param name="patience">How long it may take to end by itself.</param>
    /// <param name="time">Measures that.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task StopAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        int? asked = null;
        while (IsHeld)
        {
            if (!File.Exists(StoppingFile)) File.WriteAllBytes(StoppingFile, []);
            // What was written about the process may be gone or wrong: only who holds the lock is ours to end.
            if ((Process?.Pid ?? OpenFiles.HolderOf(LockFile)) is { } pid)
            {
                bool kill = time.GetElapsedTime(start) > patience;
                if (asked != pid || kill) DetachedProcess.Signal(pid, kill);
                asked = pid;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The end of what the process printed.</summary>
    public string LogTail(int lines)
    {
        return string.Join('\n', ReadOrEmpty(LogFile).TrimEnd().Split('\n').TakeLast(lines));
    }

    private static string ReadOrEmpty(string file)
    {
        try { return File.ReadAllText(file); }
        catch (IOException) { return ""; }
    }
}

[JsonSerializable(typeof(ProcessFile))]
[JsonSerializable(typeof(Route))]
[JsonSerializable(typeof(Revision))]
[JsonSerializable(typeof(StoredModel))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true,
    RespectNullableAnnotations = true)]
internal sealed partial class LocalJson : JsonSerializerContext;
