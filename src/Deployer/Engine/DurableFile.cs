using System.Runtime.InteropServices;

namespace Deployer.Engine;

/// <summary>Files that are either whole on the disk or not there at all, whatever kills the process or the machine.</summary>
public static partial class DurableFile
{
    /// <summary>Replaces the file's content in one step: a reader sees the old text or the new one, never a part.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string directory = Path.GetDirectoryName(path)!;
        string temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        FlushDirectory(directory);
    }

    /// <summary>Makes names created in or removed from the folder durable. Windows does this by itself.</summary>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = Open(directory, 0);
        if (handle < 0) return;
        _ = FSync(handle);
        _ = Close(handle);
    }

    /// <summary>Takes <paramref name="bytes"/> of disk for the file ahead of need, without changing its length, so that a full disk is met now.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void Reserve(FileStream file, long bytes)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!OperatingSystem.IsLinux()) return;
        const int keepSize = 1, diskFull = 28;
        int handle = (int)file.SafeFileHandle.DangerousGetHandle();
        if (FAllocate(handle, keepSize, file.Length, bytes) != 0 && Marshal.GetLastPInvokeError() == diskFull)
            throw new IOException($"No space left on the disk for {file.Name}.");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(int handle, int mode, long offset, long length);
}
