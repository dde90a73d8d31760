using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deployer.Engine;

/// <summary>A record as text and back: one JSON object whose last member, <c>crc</c>, covers everything before it.</summary>
internal static class JournalLine
{
    /// <summary>The longest line, in bytes without its line feed.</summary>
    public const int MaxLength = 64 * 1024;

    private const int SuffixLength = 18; // ,"crc":"xxxxxxxx"}

    /// <returns>The line with its line feed, and its CRC.</returns>
    public static (byte[] Line, string Crc) Format(
        long seq, string prev, DateTimeOffset time, string run, long epoch, string type, string? step, JsonObject data)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, 1);
            json.WriteNumber("seq"u8, seq);
            json.WriteString("prev"u8, prev);
            json.WriteString("t"u8, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("run"u8, run);
            json.WriteNumber("epoch"u8, epoch);
            json.WriteString("type"u8, type);
            if (step is not null) json.WriteString("step"u8, step);
            json.WritePropertyName("data"u8);
            data.WriteTo(json);
            json.WriteEndObject();
        }

        ReadOnlySpan<byte> body = buffer.WrittenSpan;
        string crc = Crc32C(body);
        byte[] line = [.. body[..^1], .. Encoding.ASCII.GetBytes($",\"crc\":\"{crc}\"}}\n")];
        if (line.Length - 1 > MaxLength)
            throw new InvalidOperationException($"A journal record of type {type} has {line.Length} bytes; at most {MaxLength} fit.");
        return (line, crc);
    }

    /// <param name="line">Without its line feed.</param>
    /// <returns>Null when the line is not a whole, undamaged record.</returns>
    public static JournalRecord? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length <= SuffixLength || line.Length > MaxLength) return null;
        ReadOnlySpan<byte> suffix = line[^SuffixLength..];
        if (!suffix.StartsWith(",\"crc\":\""u8) || !suffix.EndsWith("\"}"u8)) return null;
        string crc = Encoding.ASCII.GetString(suffix.Slice(8, 8));
        byte[] body = [.. line[..^SuffixLength], (byte)'}'];
        if (!crc.Equals(Crc32C(body), StringComparison.Ordinal)) return null;

        JsonObject root;
        try { root = JsonNode.Parse(body)!.AsObject(); }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException) { return null; }
        return new JournalRecord
        {
            Seq = (long)root["seq"]!,
            Prev = (string)root["prev"]!,
            Time = DateTimeOffset.Parse((string)root["t"]!, CultureInfo.InvariantCulture),
            Run = (string)root["run"]!,
            Epoch = (long)root["epoch"]!,
            Type = (string)root["type"]!,
            Step = (string?)root["step"],
            Data = root["data"]!.DeepClone().AsObject(),
            Crc = crc,
        };
    }

    private static string Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return (~crc).ToString("x8", CultureInfo.InvariantCulture);
    }
}
