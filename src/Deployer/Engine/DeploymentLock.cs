using System.Text.Json;
using System.Text.Json.Serialization;

namespace Deployer.Engine;

/// <summary>Who holds a deployment.</summary>
public sealed record LockHolder
{
    public required string User { get; init; }
    public required string Host { get; init; }
    public required int ProcessId { get; init; }
    public required string Run { get; init; }
    public required DateTimeOffset Since { get; init; }
    /// <summary>The pipeline run, where one is known.</summary>
    public string? Url { get; init; }

    public override string ToString() =>
        $"{User}@{Host}, process {ProcessId}, run {Run}, since {Since:yyyy-MM-dd HH:mm:ss}Z{(Url is null ? "" : $", {Url}")}";
}

/// <summary>
/// One run at a time for a deployment. The lock is the kernel's, on an open file: it is gone the instant its holder is, however that ended.
/// </summary>
public sealed class DeploymentLock : IDisposable
{
    private readonly FileStream file;

    private DeploymentLock(FileStream file) => this.file = file;

    /// <param name="directory">The deployment's folder; made when missing.</param>
    /// <param name="holder">What to tell others while it is held.</param>
    /// <param name="time">For the short wait until a new holder has said who it is.</param>
    /// <param name="cancellationToken">Ends that wait.</param>
    /// <exception cref="DeployerException"><see cref="FailureCode.Locked"/>, naming the holder.</exception>
    public static async Task<DeploymentLock> AcquireAsync(
        string directory, LockHolder holder, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        FileStream file;
        try
        {
            file = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DeployerException(FailureCode.FileAccess, $"{directory} cannot be written: {e.Message}", "Mend the folder's permissions.", e);
        }
        catch (IOException e)
        {
            LockHolder? other = await ReadHolderAsync(directory, time, cancellationToken).ConfigureAwait(false);
            throw new DeployerException(FailureCode.Locked,
                $"Another run holds this deployment: {other?.ToString() ?? "a run that is just starting"}.",
                "Wait for it to end, or stop it, and run the same command again. The lock frees itself when its holder ends, even by kill -9.", e);
        }
        try
        {
            DurableFile.Write(HolderFile(directory), JsonSerializer.SerializeToUtf8Bytes(holder, LockJson.Default.LockHolder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The name is a courtesy to others; a deletion has to be possible on a full disk.
        }
        return new DeploymentLock(file);
    }

    public void Dispose() => file.Dispose();

    // The holder writes its name just after it has the lock: until then the file names a former holder, whose process is gone.
    private static async Task<LockHolder?> ReadHolderAsync(string directory, TimeProvider time, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < 20; attempt++)
        {
            try
            {
                LockHolder? holder = JsonSerializer.Deserialize(File.ReadAllBytes(HolderFile(directory)), LockJson.Default.LockHolder);
                if (holder is not null && IsAlive(holder.ProcessId)) return holder;
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                // Not written yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(25), time, cancellationToken).ConfigureAwait(false);
        }
        return null;
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string HolderFile(string directory) => Path.Combine(directory, "holder.json");
}

[JsonSerializable(typeof(LockHolder))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class LockJson : JsonSerializerContext;
