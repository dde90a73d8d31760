using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ScoringImage.Protocols.Json;

namespace ScoringImage.Protocols.AzureMl;

/// <summary>Azure ML's scoring answer: <c>{"result": {"output name": value, ...}}</c>.</summary>
public static class ScoreResponseWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <param name="output">Takes the UTF-8 JSON.</param>
    /// <param name="names">Of the values.</param>
    /// <param name="values">In the order of <paramref name="names"/>.</param>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<string> names, IReadOnlyCollection<OrtValue> values)
    {
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        writer.WriteStartObject("result"u8);
        var index = 0;
        foreach (var value in values)
        {
            writer.WritePropertyName(names[index++]);
            JsonValueWriter.Write(writer, value);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
