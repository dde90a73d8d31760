using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deployer.Models;

/// <summary>What <c>deployer inspect</c> prints.</summary>
public static class ModelReport
{
    private const int LongestShownSample = 600;
    private const int OperatorsOnALine = 8;

    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>A table for people. Nothing out of the model reaches the terminal unescaped.</summary>
    public static void WriteText(OnnxModel model, TextWriter output)
    {
        SampleRequest sample = SampleRequest.For(model);
        List<string[]> rows =
        [
            ["model", PrintableText.Of(model.Path, most: 1000)],
            ["size", Human(model.Size)],
            ["sha256", model.Sha256],
        ];
        if (model.Files.Count > 1)
            AddAll(rows, "files", model.Files.Select(file => new[] { Safe(file.RelativePath), Human(file.Size), file.Sha256 }));
        rows.Add(["graph", Safe(model.GraphName)]);
        rows.Add(["description", Safe(model.Description)]);
        rows.Add(["producer", Safe($"{model.ProducerName} {model.ProducerVersion}".Trim())]);
        rows.Add(["domain", Safe(model.Domain)]);
        rows.Add(["version", model.ModelVersion == 0 ? "" : Invariant(model.ModelVersion)]);
        rows.Add(["IR version", Invariant(model.IrVersion)]);
        AddAll(rows, "opsets", model.OpsetImports.Select(opset => new[] { Safe(opset.Key), Invariant(opset.Value) }));
        AddAll(rows, "operators", Operators(model));
        rows.Add(["parameters", model.ParameterCount.ToString("N0", CultureInfo.InvariantCulture)]);
        AddAll(rows, "metadata", model.Metadata.Select(entry => new[] { Safe(entry.Key), Safe(entry.Value) }));
        AddAll(rows, "inputs", model.Inputs.Select(Value));
        AddAll(rows, "outputs", model.Outputs.Select(Value));

        WriteTable(rows.Where(row => row[1].Length > 0 || row.Length > 2), output);
        string warnings = string.Concat(Warnings(model, sample).Select(warning => $"warning: {warning}\n"));
        output.Write(warnings.Length == 0 ? "" : $"\n{warnings}");
        if (sample.Json is { Length: <= LongestShownSample } json)
            output.Write($"\nsample request, for POST /score:\n{json}\n");
        else if (sample.Json is not null)
            output.Write($"\nsample request, for POST /score: {Human(sample.Json.Length)} of JSON; `deployer inspect --sample` prints it\n");
    }

    /// <summary>One document, <c>deployer.model/1</c>, on one line with a line feed.</summary>
    public static void WriteJson(OnnxModel model, TextWriter output)
    {
        SampleRequest sample = SampleRequest.For(model);
        var buffer = new ArrayBufferWriter<byte>();
        // The default encoder leaves only ASCII, so that a name cannot steer a terminal that the document is printed on.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default }))
            WriteDocument(json, model, sample);
        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Write('\n');
    }

    private static void WriteDocument(Utf8JsonWriter json, OnnxModel model, SampleRequest sample)
    {
        json.WriteStartObject();
        json.WriteString("schema", "deployer.model/1");
        json.WriteString("path", model.Path);
        json.WriteNumber("size", model.Size);
        json.WriteString("sha256", model.Sha256);
        json.WriteStartArray("files");
        foreach (ModelFile file in model.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.RelativePath);
            json.WriteNumber("size", file.Size);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("irVersion", model.IrVersion);
        json.WriteStartObject("producer");
        json.WriteString("name", model.ProducerName);
        json.WriteString("version", model.ProducerVersion);
        json.WriteEndObject();
        json.WriteString("domain", model.Domain);
        json.WriteNumber("modelVersion", model.ModelVersion);
        json.WriteString("graph", model.GraphName);
        json.WriteString("description", model.Description);
        json.WriteStartObject("opsetImports");
        foreach ((string domain, long version) in model.OpsetImports)
            json.WriteNumber(domain, version);
        json.WriteEndObject();
        json.WriteStartObject("metadata");
        foreach ((string key, string value) in model.Metadata)
            json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteNumber("parameterCount", model.ParameterCount);
        json.WriteStartArray("operators");
        foreach (ModelOperator used in model.Operators)
        {
            json.WriteStartObject();
            json.WriteString("domain", used.Domain);
            json.WriteString("name", used.Name);
            json.WriteNumber("count", used.Count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteValues(json, "inputs", model.Inputs);
        WriteValues(json, "outputs", model.Outputs);
        json.WritePropertyName("sampleRequest");
        if (sample.CompactJson is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(sample.CompactJson, skipInputValidation: true);
        json.WriteStartArray("warnings");
        foreach (string warning in Warnings(model, sample))
            json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter json, string kind, IReadOnlyList<ModelValue> values)
    {
        json.WriteStartArray(kind);
        foreach (ModelValue value in values)
        {
            json.WriteStartObject();
            json.WriteString("name", value.Name);
            json.WriteString("type", value.Type);
            json.WritePropertyName("shape");
            WriteShape(json, value.Shape);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteShape(Utf8JsonWriter json, IReadOnlyList<Dimension>? shape)
    {
        if (shape is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartArray();
        foreach (Dimension dimension in shape)
        {
            if (dimension.Size is { } size)
                json.WriteNumberValue(size);
            else
                json.WriteStringValue(dimension.Symbol);
        }
        json.WriteEndArray();
    }

    private static IEnumerable<string> Warnings(OnnxModel model, SampleRequest sample) =>
        sample.Note is null ? model.Warnings : model.Warnings.Append(sample.Note);

    private static IEnumerable<string[]> Operators(OnnxModel model) => model.Operators
        .Select(used => $"{(used.Domain == ParsedModel.DefaultDomain ? "" : Safe(used.Domain) + ":")}{Safe(used.Name)}{(used.Count == 1 ? "" : $" x{used.Count}")}")
        .Chunk(OperatorsOnALine)
        .Select(some => new[] { string.Join(", ", some) });

    private static string[] Value(ModelValue value) =>
    [
        Safe(value.Name),
        Safe(value.Type),
        value.Shape is null ? "" : $"[{string.Join(", ", value.Shape.Select(dimension => Safe(dimension.ToString())))}]",
    ];

    /// <summary>The label stands on the first line only.</summary>
    private static void AddAll(List<string[]> rows, string label, IEnumerable<string[]> cells) =>
        rows.AddRange(cells.Select((line, i) => (string[])[i == 0 ? label : "", .. line]));

    /// <summary>Columns line up within the run of rows that have as many cells: the rows of one section.</summary>
    private static void WriteTable(IEnumerable<string[]> table, TextWriter output)
    {
        string[][] rows = [.. table];
        int label = rows.Max(row => row[0].Length) + 2;
        for (int start = 0, end; start < rows.Length; start = end)
        {
            end = start + 1;
            while (end < rows.Length && rows[end].Length == rows[start].Length)
                end++;
            int[] widths = [.. Enumerable.Range(0, rows[start].Length).Select(column => rows[start..end].Max(row => row[column].Length) + 2)];
            widths[0] = label;
            foreach (string[] row in rows[start..end])
                output.Write(string.Concat(row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n");
        }
    }

    private static string Safe(string text) => PrintableText.Of(text);

    private static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Human(long size)
    {
        int unit = 0;
        double scaled = size;
        for (; scaled >= 1024 && unit < Units.Length - 1; unit++)
            scaled /= 1024;
        string bytes = $"{size.ToString("N0", CultureInfo.InvariantCulture)} {(size == 1 ? "byte" : "bytes")}";
        return unit == 0 ? bytes : $"{scaled.ToString("0.0", CultureInfo.InvariantCulture)} {Units[unit]} ({bytes})";
    }
}
