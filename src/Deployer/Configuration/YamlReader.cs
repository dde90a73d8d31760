using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Deployer.Configuration;

/// <summary>
/// YAML text to a tree. One document, plain data: anchors, aliases and tags are refused, for a configuration should say
/// what it says where it says it, and JSON Schema knows none of them.
/// </summary>
internal sealed partial class YamlReader
{
    private const int DeepestNesting = 64;

    private readonly Place start;
    private readonly Problems problems;
    private readonly Parser parser;
    private Place last;

    private YamlReader(Place start, string text, Problems problems)
    {
        this.start = start;
        last = start;
        this.problems = problems;
        parser = new Parser(new StringReader(text));
    }

    /// <summary>Null when the text is no YAML; the problem then is reported.</summary>
    public static ConfigNode? Read(string file, string text, Problems problems)
    {
        Place start = new(file, "", 1, 1);
        if (Unprintable().Match(text) is { Success: true } bad)
        {
            problems.Add(TextPosition.At(start, text, bad.Index), $"not valid YAML: the character {Problems.Quote(bad.Value)} may not stand in it");
            return null;
        }

        var reader = new YamlReader(start, text, problems);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException e)
        {
            if (TabInIndentation().Match(text) is { Success: true, Index: var tab })
                problems.Add(TextPosition.At(start, text, tab), "not valid YAML: a tab may not indent; use spaces");
            else
                problems.Add(start with { Line = (int)e.Start.Line, Column = (int)e.Start.Column }, $"not valid YAML: {Problems.OneSentence(e.Message)}");
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or OverflowException)
        {
            // YamlDotNet 18.1 answers some malformed escapes, directives and document ends with these.
            problems.Add(reader.last with { Path = "" }, "not valid YAML from here on");
            return null;
        }
    }

    private ConfigNode? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            problems.Add(start, "the file is empty");
            return null;
        }

        parser.Consume<DocumentStart>();
        ConfigNode root = ReadNode(null, "", 0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out DocumentStart? second))
            problems.Add(At(second, ""), "a second document starts here; a file holds one");
        return root;
    }

    // The place of the key is null for what has none of its own.
    private ConfigNode ReadNode(Place? keyAt, string path, int depth)
    {
        ParsingEvent head = parser.Current!;
        Place at = At(head, path);
        Place key = keyAt ?? at;

        // Going on would not only be pointless: the scanner's time grows with the square of the depth.
        if (depth > DeepestNesting)
            throw new YamlException(head.Start, head.End, "nested too deeply");

        string? refusal = Refusal(head);
        if (refusal is not null)
            problems.Add(at, refusal);

        parser.MoveNext();
        ConfigNode read = head switch
        {
            Scalar scalar => new ConfigNode.Scalar(key, at, scalar.Value, scalar.Style == ScalarStyle.Plain ? PlainScalar.KindOf(scalar.Value) : ScalarKind.Text),
            SequenceStart => new ConfigNode.List(key, at, ReadItems(at, depth)),
            MappingStart => new ConfigNode.Map(key, at, ReadEntries(at, depth)),
            AnchorAlias => new ConfigNode.Broken(key, at),
            _ => throw new YamlException(head.Start, head.End, "a value is missing"),
        };
        return refusal is null ? read : new ConfigNode.Broken(key, at);
    }

    private List<ConfigNode> ReadItems(Place list, int depth)
    {
        List<ConfigNode> items = [];
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(null, list.Item(items.Count).Path, depth + 1));
        return items;
    }

    private OrderedDictionary<string, ConfigNode> ReadEntries(Place map, int depth)
    {
        OrderedDictionary<string, ConfigNode> entries = new(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out Scalar? name))
            {
                problems.Add(At(parser.Current!, map.Path), "a key must be text");
                ReadNode(null, map.Path, depth + 1);
                ReadNode(null, map.Path, depth + 1);
                continue;
            }

            Place keyAt = At(name, map.Key(name.Value).Path);
            ConfigNode value = ReadNode(keyAt, keyAt.Path, depth + 1);
            if (!entries.TryAdd(name.Value, value))
                problems.Add(keyAt, $"given twice; first on line {entries[name.Value].KeyAt.Line}");
        }

        return entries;
    }

    private static string? Refusal(ParsingEvent head) => head switch
    {
        AnchorAlias => "aliases (*name) are not supported; write the value out",
        NodeEvent { Anchor.IsEmpty: false } => "anchors (&name) are not supported; write the value out",
        NodeEvent { Tag.IsEmpty: false } => "tags (!name) are not supported; quote what shall be text and leave the tag out",
        _ => null,
    };

    private Place At(ParsingEvent found, string path) =>
        last = start with { Path = path, Line = (int)found.Start.Line, Column = (int)found.Start.Column };

    // YamlDotNet's own complaint about one names another place.
    [GeneratedRegex(@"(?<=^ *)\t(?=[ \t]*[^ \t\r\n#])", RegexOptions.Multiline)]
    private static partial Regex TabInIndentation();

    [GeneratedRegex(@"[^\t\n\r\x20-\x7e\x85\xa0-\ufffd]")]
    private static partial Regex Unprintable();
}
