using System.Text;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>A reader of journals that knows the format and nothing of the program that writes it.</summary>
internal static class JournalLines
{
    /// <summary>Every record, after the whole chain was checked.</summary>
    public static IReadOnlyList<JsonObject> Read(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        Assert.Equal((byte)'\n', bytes[^1]);
        List<JsonObject> records = [];
        (string prev, long seq) = ("00000000", 0);
        foreach (string line in Encoding.UTF8.GetString(bytes[..^1]).Split('\n'))
        {
            int cut = line.LastIndexOf(",\"crc\":\"", StringComparison.Ordinal);
            JsonObject record = JsonNode.Parse(line)!.AsObject();
            string crc = (string)record["crc"]!;
            Assert.Equal(Crc32C(Encoding.UTF8.GetBytes(line[..cut] + "}")).ToString("x8"), crc);
            Assert.Equal((prev, ++seq), ((string)record["prev"]!, (long)record["seq"]!));
            prev = crc;
            records.Add(record);
        }
        return records;
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
