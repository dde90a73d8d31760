using System.Text;
using System.Text.Json.Nodes;
using Deployer.Engine;

namespace Deployer.Tests.Engine;

public sealed class JournalSpecs : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder["journal.ndjson"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_record_is_one_line_of_json_whose_crc_covers_it_and_whose_prev_names_the_line_before()
    {
        Append(JournalType.RunOpen, new() { ["kind"] = "deploy" });
        Append(JournalType.RunClosed, new() { ["outcome"] = "succeeded" });

        string[] lines = System.IO.File.ReadAllLines(File);
        JsonNode first = JsonNode.Parse(lines[0])!;
        JsonNode second = JsonNode.Parse(lines[1])!;
        Assert.Equal(["v", "seq", "prev", "t", "run", "epoch", "type", "data", "crc"], first.AsObject().Select(m => m.Key));
        Assert.Equal("00000000", (string)first["prev"]!);
        Assert.Equal((string)first["crc"]!, (string)second["prev"]!);
        Assert.Equal((1L, 2L), ((long)first["seq"]!, (long)second["seq"]!));
        Assert.Equal((1L, 2L), ((long)first["epoch"]!, (long)second["epoch"]!));
        Assert.Equal(Crc32C(Encoding.UTF8.GetBytes(lines[0][..^18] + "}")).ToString("x8"), (string)first["crc"]!);
    }

    [Fact]
    public void A_torn_last_line_is_dropped_and_the_next_record_follows_the_last_whole_one()
    {
        Append(JournalType.RunOpen, []);
        System.IO.File.AppendAllText(File, "{\"v\":1,\"seq\":2,\"pre");
        Assert.Equal(19, JournalReader.Read(File).TornBytes);

        Append(JournalType.RunClosed, []);
        JournalContents contents = JournalReader.Read(File);
        Assert.Equal((2, 0L), (contents.Records.Count, contents.TornBytes));
    }

    [Fact]
    public void A_damaged_line_before_the_last_stops_everything_and_is_named()
    {
        Append(JournalType.RunOpen, []);
        Append(JournalType.StepObserve, []);
        Append(JournalType.RunClosed, []);
        string[] lines = System.IO.File.ReadAllLines(File);
        lines[1] = lines[1].Replace("step.observe", "step.obXerve", StringComparison.Ordinal);
        System.IO.File.WriteAllLines(File, lines);

        DeployerException e = Assert.Throws<DeployerException>(() => JournalReader.Read(File));
        Assert.Equal(11, ExitCodes.Of(e.Code));
        Assert.Equal($"{File}:2: the journal is damaged: this line is not a whole record.", e.Message);
        Assert.Throws<DeployerException>(() => Append(JournalType.RunOpen, []));
    }

    [Fact]
    public void A_line_that_was_taken_out_is_noticed()
    {
        for (int i = 0; i < 4; i++) Append(i == 0 ? JournalType.RunOpen : JournalType.StepObserve, []);
        string[] lines = System.IO.File.ReadAllLines(File);
        System.IO.File.WriteAllLines(File, [lines[0], lines[2], lines[3]]);
        DeployerException e = Assert.Throws<DeployerException>(() => JournalReader.Read(File));
        Assert.Equal($"{File}:2: the journal is damaged: this line does not follow the line before it.", e.Message);
    }

    [Fact]
    public void A_record_of_a_newer_deployer_is_refused_unless_it_says_it_may_be_passed_over()
    {
        Append(JournalType.RunOpen, []);
        Append("run.hologram", new() { ["optional"] = true });
        Assert.Equal(2, JournalReader.Read(File).Records.Count);
        Append("run.hologram", []);
        DeployerException e = Assert.Throws<DeployerException>(() => JournalReader.Read(File));
        Assert.Equal($"{File}:3: a record of type 'run.hologram' was written by a newer deployer.", e.Message);
    }

    [Fact]
    public void A_run_is_open_until_it_is_closed_or_another_opens()
    {
        Append(JournalType.RunOpen, [], "A");
        Assert.Equal("A", JournalReader.Read(File).OpenRun?.Run);
        Append(JournalType.RunOpen, [], "B");
        Append(JournalType.RunClosed, [], "A");
        Assert.Equal("B", JournalReader.Read(File).OpenRun?.Run);
        Append(JournalType.RunClosed, [], "B");
        Assert.Null(JournalReader.Read(File).OpenRun);
    }

    [Fact]
    public void A_long_journal_is_rolled_over_between_runs_and_its_chain_goes_on()
    {
        Append(JournalType.RunOpen, []);
        var filler = new JsonObject { ["text"] = new string('x', 60_000) };
        using (var journal = Journal.Open(File, TimeProvider.System, Failpoint.None))
            for (int i = 0; i < 20; i++) journal.Append("RUN", JournalType.StepObserve, "s", filler.DeepClone().AsObject());
        JournalContents open = JournalReader.Read(File);
        Assert.Equal(21, open.Records.Count);
        Append(JournalType.RunClosed, []);
        JournalRecord last = JournalReader.Read(File).Records[^1];

        Append(JournalType.RunOpen, []);
        JournalRecord first = JournalReader.Read(File).Records.Single();
        Assert.Equal((last.Seq + 1, last.Crc, last.Epoch + 1), (first.Seq, first.Prev, first.Epoch));
        Assert.Equal(22, JournalReader.Read(folder["journal.22.ndjson"]).Records.Count);
    }

    [Fact]
    public void A_record_too_long_for_a_line_is_refused_and_leaves_the_journal_as_it_was()
    {
        Append(JournalType.RunOpen, []);
        byte[] before = System.IO.File.ReadAllBytes(File);
        Assert.Throws<InvalidOperationException>(() => Append(JournalType.StepObserve, new() { ["text"] = new string('x', 70_000) }));
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    private void Append(string type, JsonObject data, string run = "RUN")
    {
        using var journal = Journal.Open(File, TimeProvider.System, Failpoint.None);
        journal.Append(run, type, null, data);
    }

    /// <summary>Castagnoli's CRC, bit by bit from its polynomial.</summary>
    private static uint Crc32C(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }
}
