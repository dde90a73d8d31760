using System.Text;
using System.Text.Json;

namespace Deployer.Configuration;

/// <summary>
/// Strict JSON (RFC 8259) to a tree: no comments and no trailing commas, because Azure ML's own tools refuse them in the same file.
/// </summary>
internal sealed class JsonReader
{
    private readonly byte[] utf8;
    private readonly Problems problems;
    private Place here;
    private int offset;

    private JsonReader(string file, byte[] utf8, Problems problems)
    {
        this.utf8 = utf8;
        this.problems = problems;
        here = new Place(file, "", 1, 1);
    }

    /// <summary>Null when the text is no JSON; the problem then is reported.</summary>
    public static ConfigNode? Read(string file, string text, Problems problems)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        try
        {
            return new JsonReader(file, utf8, problems).ReadDocument();
        }
        catch (JsonException e)
        {
            Place at = At(file, utf8, (int)(e.LineNumber ?? 0), (int)(e.BytePositionInLine ?? 0));
            problems.Add(at, text.Trim().Length == 0 ? "the file is empty" : $"not valid JSON: {Explain(e)}");
            return null;
        }
    }

    private ConfigNode ReadDocument()
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        ConfigNode root = ReadNode(ref reader, null, "");
        reader.Read();
        return root;
    }

    private ConfigNode ReadNode(ref Utf8JsonReader reader, Place? keyAt, string path)
    {
        Place at = Here(ref reader) with { Path = path };
        Place key = keyAt ?? at;
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => new ConfigNode.Map(key, at, ReadEntries(ref reader, at)),
            JsonTokenType.StartArray => new ConfigNode.List(key, at, ReadItems(ref reader, at)),
            JsonTokenType.String => ReadText(ref reader, at) is { } text
                ? new ConfigNode.Scalar(key, at, text, ScalarKind.Text)
                : new ConfigNode.Broken(key, at),
            _ => ReadPlain(ref reader, key, at),
        };
    }

    private static ConfigNode.Scalar ReadPlain(ref Utf8JsonReader reader, Place key, Place at)
    {
        string text = Encoding.UTF8.GetString(reader.ValueSpan);
        return new ConfigNode.Scalar(key, at, text, PlainScalar.KindOf(text));
    }

    private List<ConfigNode> ReadItems(ref Utf8JsonReader reader, Place list)
    {
        List<ConfigNode> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(ReadNode(ref reader, null, list.Item(items.Count).Path));
        return items;
    }

    private OrderedDictionary<string, ConfigNode> ReadEntries(ref Utf8JsonReader reader, Place map)
    {
        OrderedDictionary<string, ConfigNode> entries = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            Place nameAt = Here(ref reader) with { Path = map.Path };
            string? name = ReadText(ref reader, nameAt);
            Place keyAt = name is null ? nameAt : nameAt with { Path = map.Key(name).Path };
            reader.Read();
            ConfigNode value = ReadNode(ref reader, keyAt, keyAt.Path);
            if (name is not null && !entries.TryAdd(name, value))
                problems.Add(keyAt, $"given twice; first on line {entries[name].KeyAt.Line}");
        }

        return entries;
    }

    private string? ReadText(ref Utf8JsonReader reader, Place at)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            problems.Add(at, "half of a surrogate pair (\\ud800 to \\udfff) is no character");
            return null;
        }
    }

    // Tokens only ever move forward, so the position is counted on from the last one.
    private Place Here(ref Utf8JsonReader reader)
    {
        int target = (int)reader.TokenStartIndex;
        ReadOnlySpan<byte> passed = utf8.AsSpan(offset..target);
        int lines = passed.Count((byte)'\n');
        int column = Encoding.UTF8.GetCharCount(passed[(passed.LastIndexOf((byte)'\n') + 1)..]) + 1;
        here = here with { Line = here.Line + lines, Column = lines == 0 ? here.Column + column - 1 : column };
        offset = target;
        return here;
    }

    private static Place At(string file, ReadOnlySpan<byte> utf8, int line, int byteInLine)
    {
        for (int i = 0; i < line; i++)
            utf8 = utf8[(utf8.IndexOf((byte)'\n') + 1)..];
        return new Place(file, "", line + 1, Encoding.UTF8.GetCharCount(utf8[..Math.Min(byteInLine, utf8.Length)]) + 1);
    }

    private static string Explain(JsonException e)
    {
        string message = Problems.OneSentence(e.Message.Split(" LineNumber:")[0].Split(" Change the reader options")[0]);
        return message.StartsWith("'/' is", StringComparison.Ordinal) ? "comments are not part of JSON" : message;
    }
}
