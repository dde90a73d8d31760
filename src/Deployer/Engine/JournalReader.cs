namespace Deployer.Engine;

/// <summary>What a journal file holds.</summary>
/// <param name="Records">In order, chain checked.</param>
/// <param name="Length">Bytes of the file that are whole records.</param>
/// <param name="TornBytes">Bytes after them: a last line that a crash cut short.</param>
public sealed record JournalContents(IReadOnlyList<JournalRecord> Records, long Length, long TornBytes)
{
    public static JournalContents Empty { get; } = new([], 0, 0);

    /// <summary>The last run that was opened, unless it has a <c>run.closed</c>. A run that opens takes the place of one left open.</summary>
    public JournalRecord? OpenRun
    {
        get
        {
            JournalRecord? open = null;
            foreach (JournalRecord record in Records)
            {
                if (record.Type == JournalType.RunOpen) open = record;
                if (record.Type == JournalType.RunClosed && record.Run == open?.Run) open = null;
            }
            return open;
        }
    }

    /// <summary>The keys of the steps that were recorded as done, by any run.</summary>
    public IReadOnlySet<string> DoneKeys => Records
        .Where(r => r.Type == JournalType.StepDone).Select(r => (string)r.Data["key"]!).ToHashSet(StringComparer.Ordinal);
}

/// <summary>Reads a journal: a torn last line is dropped, damage anywhere else stops everything.</summary>
public static class JournalReader
{
    /// <exception cref="DeployerException"><see cref="FailureCode.JournalDamaged"/>, naming the line.</exception>
    public static JournalContents Read(string path)
    {
        if (!File.Exists(path)) return JournalContents.Empty;
        byte[] bytes;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }

        List<JournalRecord> records = [];
        int start = 0;
        while (start < bytes.Length)
        {
            int length = bytes.AsSpan(start).IndexOf((byte)'\n');
            bool last = length < 0 || start + length + 1 == bytes.Length;
            JournalRecord? record = length < 0 ? null : JournalLine.Parse(bytes.AsSpan(start, length));
            if (record is null && last) break;
            if (record is null) throw Damaged(path, records.Count + 1, "is not a whole record");
            // A journal that was rolled over begins in the middle of the chain, at a run's first record.
            bool follows = records.Count == 0
                ? record.Type == JournalType.RunOpen
                : record.Prev == records[^1].Crc && record.Seq == records[^1].Seq + 1;
            if (!follows) throw Damaged(path, records.Count + 1, "does not follow the line before it");
            if (!JournalType.Known.Contains(record.Type) && (bool?)record.Data["optional"] != true)
                throw new DeployerException(FailureCode.JournalDamaged,
                    $"{path}:{records.Count + 1}: a record of type '{record.Type}' was written by a newer deployer.",
                    "Run the deployer version that wrote it, or a newer one.");
            records.Add(record);
            start += length + 1;
        }
        return new JournalContents(records, start, bytes.Length - start);
    }

    private static DeployerException Damaged(string path, int line, string what) => new(
        FailureCode.JournalDamaged,
        $"{path}:{line}: the journal is damaged: this line {what}.",
        $"Move the file aside (mv '{path}' '{path}.damaged') and run the same command again: what was already made is recognised by its stamps and adopted.");
}
