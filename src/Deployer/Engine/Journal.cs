using System.Text.Json.Nodes;

namespace Deployer.Engine;

/// <summary>
/// The run's memory: append-only lines, each on the disk before the next thing happens. It belongs to whoever holds the
/// deployment's lock; there is never a second writer.
/// </summary>
public sealed class Journal : IDisposable
{
    private const long Reserved = 256 * 1024;
    private const long LeastReserved = 16 * 1024;
    private const long RollOverAt = 1024 * 1024;

    private readonly FileStream file;
    private readonly TimeProvider time;
    private readonly Failpoint failpoint;
    private readonly Lock gate = new();
    private long seq;
    private string prev;

    private Journal(FileStream file, JournalContents contents, TimeProvider time, Failpoint failpoint)
    {
        this.file = file;
        this.time = time;
        this.failpoint = failpoint;
        Contents = contents;
        seq = contents.Records.Count == 0 ? 0 : contents.Records[^1].Seq;
        prev = contents.Records.Count == 0 ? "00000000" : contents.Records[^1].Crc;
        Epoch = contents.Records.Count == 0 ? 1 : contents.Records[^1].Epoch + 1;
    }

    /// <summary>What the file held when it was opened.</summary>
    public JournalContents Contents { get; }

    /// <summary>One more than the last holder's.</summary>
    public long Epoch { get; }

    /// <summary>Opens the journal for appending and cuts off a torn last line. Call with the lock held.</summary>
    /// <exception cref="DeployerException">The journal is damaged, or the disk is full.</exception>
    public static Journal Open(string path, TimeProvider time, Failpoint failpoint)
    {
        JournalContents contents = JournalReader.Read(path);
        bool fresh = !File.Exists(path);
        FileStream? file = null;
        try
        {
            if (contents.Length > RollOverAt && contents.OpenRun is null)
            {
                File.Move(path, Path.ChangeExtension(path, $"{contents.Records[^1].Seq}.ndjson"));
                fresh = true;
            }
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            // Setting the length to what it is would give back what the run before reserved.
            long length = fresh ? 0 : contents.Length;
            if (file.Length != length) file.SetLength(length);
            file.Position = length;
            Reserve(file);
            file.Flush(flushToDisk: true);
            if (fresh) DurableFile.FlushDirectory(Path.GetDirectoryName(path)!);
            return new Journal(file, contents, time, failpoint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw NotDurable(path, e);
        }
    }

    /// <summary>Returns when the record is on the disk. Nothing may be mutated on its strength before that.</summary>
    /// <exception cref="DeployerException">The record could not be made durable.</exception>
    public void Append(string run, string type, string? step, JsonObject data)
    {
        lock (gate)
        {
            (byte[] line, string crc) = JournalLine.Format(seq + 1, prev, time.GetUtcNow(), run, Epoch, type, step, data);
            failpoint.Reach("journal.before-write");
            try
            {
                if (failpoint.IsNext("journal.torn-write"))
                {
                    file.Write(line.AsSpan(0, line.Length / 2));
                    file.Flush(flushToDisk: true);
                }
                failpoint.Reach("journal.torn-write");
                file.Write(line);
                file.Flush(flushToDisk: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw NotDurable(file.Name, e);
            }
            seq++;
            prev = crc;
            failpoint.Reach("journal.after-write");
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>Room for the longest run; on a full disk for a short one, such as the deletion that makes room.</summary>
    private static void Reserve(FileStream file)
    {
        try
        {
            DurableFile.Reserve(file, Reserved);
        }
        catch (IOException)
        {
            DurableFile.Reserve(file, LeastReserved);
        }
    }

    private static DeployerException NotDurable(string path, Exception e) => new(
        FailureCode.FileAccess,
        $"{path}: the journal cannot be written: {e.Message} Nothing was changed after that.",
        "Free disk space or mend the folder's permissions, then run the same command again.", e);
}
