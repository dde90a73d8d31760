using System.Text.Json.Nodes;
using Deployer.Engine;

namespace Deployer.Tests.Engine;

/// <summary>A journal that a crash cut short is read as far as it is whole; one that was damaged is never taken for good.</summary>
public sealed class JournalDamageSpecs : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CountingStep first = new();
    private readonly CountingStep second = new();

    private string File => folder["d/journal.ndjson"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Cut_at_any_byte_it_holds_the_whole_lines_before_the_cut_and_the_run_can_be_completed()
    {
        byte[] whole = await FinishedJournalAsync();
        int records = 0;
        for (int length = 0; length <= whole.Length; length++)
        {
            if (length > 0 && whole[length - 1] == (byte)'\n') records++;
            System.IO.File.WriteAllBytes(File, whole[..length]);
            JournalContents contents = JournalReader.Read(File);
            int lineStart = Array.LastIndexOf(whole, (byte)'\n', Math.Max(0, length - 1), length) + 1;
            Assert.Equal((records, lineStart, length - lineStart), (contents.Records.Count, (int)contents.Length, (int)contents.TornBytes));
            Assert.Equal(records > 0 && length < whole.Length, contents.OpenRun is not null);

            // Each completion waits for the disk a dozen times: at the ends of lines and here and there within them, it tells as much.
            if (length - lineStart > 1 && length < whole.Length - 1 && length % 97 != 0) continue;
            await RunAsync();
            JournalContents completed = JournalReader.Read(File);
            Assert.Equal((0L, JournalType.RunClosed), (completed.TornBytes, completed.Records[^1].Type));
            Assert.Equal(whole[..lineStart], System.IO.File.ReadAllBytes(File)[..lineStart]);
            Assert.Equal(records > 0 && length < whole.Length ? "RUN0" : null, (string?)completed.Records[records].Data["resumeOf"]);
        }
        Assert.Equal((1, 1), (first.Acts, second.Acts));
    }

    [Fact]
    public async Task A_flipped_bit_before_the_last_record_is_damage_and_in_the_last_record_loses_that_record_at_most()
    {
        byte[] whole = await FinishedJournalAsync();
        int records = whole.Count(b => b == (byte)'\n');
        int last = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (int at = 0; at < whole.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. whole];
                damaged[at] ^= (byte)(1 << bit);
                System.IO.File.WriteAllBytes(File, damaged);
                (int read, FailureCode? code) = Read();
                string where = $"byte {at} of {whole.Length}, bit {bit}: {read} records, {code}";
                // A flip that takes the line feed before the last record, or puts one into it, cannot be told from the other kind.
                bool atLastLineFeed = at == last - 1;
                bool madeLineFeed = damaged[at] == (byte)'\n';
                if (at < last && !atLastLineFeed) Assert.True(code == FailureCode.JournalDamaged, where);
                else if (!madeLineFeed) Assert.True(code is null && read == records - (atLastLineFeed ? 2 : 1), where);
                else Assert.True(code == FailureCode.JournalDamaged || read < records, where);
            }
        }
    }

    [Fact]
    public async Task A_run_refuses_a_damaged_journal_before_it_does_anything()
    {
        byte[] whole = await FinishedJournalAsync();
        whole[whole.Length / 2] ^= 1;
        System.IO.File.WriteAllBytes(File, whole);
        first.There = second.There = null;
        DeployerException e = await Assert.ThrowsAsync<DeployerException>(RunAsync);
        Assert.Equal((FailureCode.JournalDamaged, 11), (e.Code, ExitCodes.Of(e.Code)));
        Assert.Equal((1, 1), (first.Acts, second.Acts));
        Assert.Equal(whole, System.IO.File.ReadAllBytes(File));
    }

    private (int Records, FailureCode? Code) Read()
    {
        try
        {
            return (JournalReader.Read(File).Records.Count, null);
        }
        catch (DeployerException e)
        {
            return (0, e.Code);
        }
    }

    private async Task<byte[]> FinishedJournalAsync()
    {
        await RunAsync();
        return System.IO.File.ReadAllBytes(File);
    }

    private async Task RunAsync()
    {
        var session = new RunSession(folder.Path, TimeProvider.System, _ => { }, Failpoint.None, "1.0");
        await session.RunAsync(Request(), async (run, token) => await run.RunAsync(second, await run.RunAsync(first, "a", token), token),
            () => null, TestContext.Current.CancellationToken);
    }

    private static RunRequest Request() => new()
    {
        Deployment = "d",
        Kind = "deploy",
        PlanHash = "hash",
        Plan = new JsonObject { ["name"] = "d" },
        Packer = 1,
        Deadline = TimeSpan.FromMinutes(1),
        AdoptForeign = false,
        Holder = new LockHolder { User = "u", Host = "h", ProcessId = 1, Run = "RUN0", Since = DateTimeOffset.UnixEpoch },
    };
}
