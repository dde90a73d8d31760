using System.Text;
using System.Text.Json;

namespace Deployer.Models;

/// <summary>A request that can be sent to <c>POST /score</c> as it is: zeros, false and empty strings in the shapes that the model asks for.</summary>
/// <param name="Json">
/// <c>{"data": nested array}</c> for one input, <c>{"data": {"name": nested array, ...}}</c> otherwise; a row a line when it is long.
/// Null when there is none.
/// </param>
/// <param name="CompactJson">The same on one line.</param>
/// <param name="Note">What to know about it: why there is none, or that it is big.</param>
public sealed record SampleRequest(string? Json, string? CompactJson, string? Note)
{
    /// <summary>Elements above which a request is called big.</summary>
    private const long Big = 100_000;

    /// <summary>Elements above which none is written: as JSON they take over 20 MB.</summary>
    private const long TooBig = 10_000_000;

    /// <summary>Elements above which each innermost row gets its own line.</summary>
    private const long LongLine = 32;

    /// <summary>System.Text.Json reads 64 levels, two of which go to the envelope.</summary>
    private const int DeepestArray = 62;

    /// <summary>A dimension with a name or without a size becomes 1; a value of unknown rank a list of one element; a scalar a bare value.</summary>
    public static SampleRequest For(OnnxModel model)
    {
        Int128 elements = 0;
        foreach (ModelValue input in model.Inputs)
        {
            if (Zero(input.Type) is null)
                return new(null, null, $"There is no sample request: the input '{PrintableText.Of(input.Name)}' is of the type {PrintableText.Of(input.Type)}, which JSON requests cannot carry.");
            if (input.Shape?.Count > DeepestArray)
                return new(null, null, $"There is no sample request: the input '{PrintableText.Of(input.Name)}' has {input.Shape.Count} dimensions, more than JSON readers take.");
            elements += Elements(input);
            if (elements > TooBig)
                return new(null, null, $"There is no sample request: with every open dimension at 1 it would have over {TooBig} elements.");
        }
        return new(Write(model, rows: elements > LongLine), Write(model, rows: false),
            elements > Big ? $"The sample request is big: {elements} elements." : null);
    }

    /// <summary>An empty dimension counts as 1, for its brackets are written; saturates at 2^63, as only "too big" matters then.</summary>
    private static Int128 Elements(ModelValue input)
    {
        Int128 elements = 1;
        foreach (Dimension dimension in input.Shape ?? [])
            elements = Int128.Min(elements * long.Max(dimension.Size ?? 1, 1), long.MaxValue);
        return elements;
    }

    /// <summary>Null for what the scorer's JSON protocol has no notation for.</summary>
    private static string? Zero(string type) => type switch
    {
        "float" or "double" or "float16" or "bfloat16" => "0",
        "int8" or "int16" or "int32" or "int64" or "uint8" or "uint16" or "uint32" or "uint64" => "0",
        "bool" => "false",
        "string" => "\"\"",
        _ => null,
    };

    private static string Write(OnnxModel model, bool rows)
    {
        var json = new StringBuilder("{\"data\": ");
        if (model.Inputs.Count == 1)
        {
            WriteValue(json, model.Inputs[0], rows);
            return json.Append('}').ToString();
        }
        json.Append('{');
        for (int i = 0; i < model.Inputs.Count; i++)
        {
            json.Append(i == 0 ? "" : ",").Append(rows ? "\n" : i == 0 ? "" : " ")
                .Append('"').Append(JsonEncodedText.Encode(model.Inputs[i].Name)).Append("\": ");
            WriteValue(json, model.Inputs[i], rows);
        }
        return json.Append("}}").ToString();
    }

    private static void WriteValue(StringBuilder json, ModelValue input, bool rows)
    {
        string zero = Zero(input.Type)!;
        long[] sizes = input.Shape is null ? [1] : [.. input.Shape.Select(dimension => dimension.Size ?? 1)];
        if (sizes.Length == 0)
            json.Append(zero);
        else
            WriteArray(json, sizes, zero, rows);
    }

    private static void WriteArray(StringBuilder json, ReadOnlySpan<long> sizes, string zero, bool rows)
    {
        json.Append('[');
        for (long i = 0; i < sizes[0]; i++)
        {
            bool ownLine = rows && sizes.Length == 2;
            if (i > 0)
                json.Append(sizes.Length == 1 || ownLine ? "," : ", ");
            if (ownLine)
                json.Append('\n');
            if (sizes.Length == 1)
                json.Append(zero);
            else
                WriteArray(json, sizes[1..], zero, rows);
        }
        json.Append(']');
    }
}
