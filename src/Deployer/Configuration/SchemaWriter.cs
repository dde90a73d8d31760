using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deployer.Configuration;

/// <summary>Writes shapes as JSON Schema, draft 2020-12, so that editors complete and check what the deployer will read.</summary>
internal static class SchemaWriter
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every schema by file name.</summary>
    public static IReadOnlyDictionary<string, string> All => new OrderedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["workspace.schema.json"] = Write(WorkspaceFile.Shape.Facts),
        ["deployment.schema.json"] = Write(DeploymentFile.Shape.Facts),
        ["environment.schema.json"] = Write(EnvironmentFile.Shape.Facts),
    };

    private static string Write(ShapeFacts root)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Layout))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            WriteShape(json, root);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }

    private static void WriteShape(Utf8JsonWriter json, ShapeFacts shape)
    {
        if (shape.Title is { } title)
            json.WriteString("title", title);
        if (shape.Types is [var only])
            json.WriteString("type", only);
        else
            WriteStrings(json, "type", shape.Types);
        if (shape.Choices.Count > 0)
            WriteStrings(json, "enum", shape.Choices);
        WriteRules(json, shape.Rules);
        if (shape.Minimum is { } minimum)
            json.WriteNumber("minimum", minimum);
        if (shape.Maximum is { } maximum)
            json.WriteNumber("maximum", maximum);

        if (shape.Items is { } items)
            WriteNested(json, "items", items);
        if (shape.NameRules.Count > 0)
        {
            json.WriteStartObject("propertyNames");
            WriteRules(json, shape.NameRules);
            json.WriteEndObject();
        }

        if (shape.Values is { } values)
            WriteNested(json, "additionalProperties", values);
        if (shape.Keys is { } keys)
            WriteKeys(json, keys);
    }

    private static void WriteKeys(Utf8JsonWriter json, IReadOnlyList<KeyFacts> keys)
    {
        json.WriteStartObject("properties");
        foreach (KeyFacts key in keys)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description", key.DefaultInWords is { } words and not "none" ? $"{key.Meaning} Default: {words}." : key.Meaning);
            WriteShape(json, key.Value);
            if (key.Default is { } usual)
            {
                json.WritePropertyName("default");
                WriteScalar(json, key.Value, usual);
            }

            if (key is { Required: false, Value: { Items: not null } or { Values: not null } })
                WriteEmpty(json, key.Value);

            if (key.Examples.Count > 0)
            {
                json.WriteStartArray("examples");
                foreach (string example in key.Examples)
                    WriteScalar(json, key.Value, example);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        string[] required = [.. keys.Where(k => k.Required).Select(k => k.Name)];
        if (required.Length > 0)
            WriteStrings(json, "required", required);
        json.WriteBoolean("additionalProperties", false);
    }

    private static void WriteRules(Utf8JsonWriter json, IReadOnlyList<Rule> rules)
    {
        if (rules is [var only])
        {
            json.WriteString("pattern", only.Pattern);
        }
        else if (rules.Count > 1)
        {
            json.WriteStartArray("allOf");
            foreach (Rule rule in rules)
            {
                json.WriteStartObject();
                json.WriteString("pattern", rule.Pattern);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }

    private static void WriteNested(Utf8JsonWriter json, string name, ShapeFacts shape)
    {
        json.WriteStartObject(name);
        WriteShape(json, shape);
        json.WriteEndObject();
    }

    private static void WriteScalar(Utf8JsonWriter json, ShapeFacts shape, string written)
    {
        bool plain = shape.Types is not ["string"] && PlainScalar.KindOf(written) is ScalarKind.Integer or ScalarKind.Number;
        if (plain)
            json.WriteNumberValue(decimal.Parse(written, NumberStyles.Float, CultureInfo.InvariantCulture));
        else
            json.WriteStringValue(written);
    }

    private static void WriteEmpty(Utf8JsonWriter json, ShapeFacts shape)
    {
        json.WritePropertyName("default");
        if (shape.Items is not null)
        {
            json.WriteStartArray();
            json.WriteEndArray();
        }
        else
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
