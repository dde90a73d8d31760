using System.Runtime.InteropServices;

namespace Deployer.Models;

/// <summary>Tells files from what only looks like one: opening a FIFO blocks until somebody writes into it.</summary>
internal static partial class SpecialFiles
{
    private const int CurrentFolder = -100;
    private const uint TypeWanted = 1;
    private const int ModeOffset = 28;
    private const int StructSize = 256;

    /// <summary>"a FIFO (named pipe)", "a character device", "a block device", "a socket", or null: a file, or not known on this system.</summary>
    public static unsafe string? Describe(string path)
    {
        // .NET 10 does not say the type of a file. statx(2) lays its answer out alike on every Linux; on other systems these files
        // have the length 0 and are refused as empty.
        if (!OperatingSystem.IsLinux())
            return null;
        byte* answer = stackalloc byte[StructSize];
        if (Statx(CurrentFolder, path, 0, TypeWanted, answer) != 0)
            return null;
        return (*(ushort*)(answer + ModeOffset) & 0xF000) switch
        {
            0x1000 => "a FIFO (named pipe)",
            0x2000 => "a character device",
            0x6000 => "a block device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* answer);
}
