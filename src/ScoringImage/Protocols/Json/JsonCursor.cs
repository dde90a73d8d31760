using System.Text;
using System.Text.Json;

namespace ScoringImage.Protocols.Json;

/// <summary>Steps through a request body, and words what is found there.</summary>
internal static class JsonCursor
{
    /// <summary>Levels of arrays and objects a body may have.</summary>
    public const int MaxDepth = 64;

    private const int QuotedLength = 60;

    /// <summary>A reader on the whole body, on its first token.</summary>
    /// <exception cref="BadRequestException">The body is empty.</exception>
    /// <exception cref="JsonException">It does not start like JSON.</exception>
    public static Utf8JsonReader Open(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (body.Trim(" \t\r\n"u8).IsEmpty)
            throw new BadRequestException("the body is empty; expected {\"data\": ...}");

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth + 2 }); // our own check comes first
        reader.Read();
        return reader;
    }

    public static void Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= MaxDepth)
            throw new BadRequestException($"the body is nested deeper than {MaxDepth} levels");
    }

    /// <summary>The text of a string or member name.</summary>
    /// <param name="reader">On a string or member name.</param>
    /// <param name="where">For the message.</param>
    /// <exception cref="BadRequestException">It is not valid UTF-8 or holds half a surrogate pair.</exception>
    public static string Text(ref Utf8JsonReader reader, string where)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new BadRequestException($"{where} is not valid Unicode text");
        }
    }

    /// <summary>The current token in words: <c>string "a"</c>, <c>null</c>, <c>an array</c>.</summary>
    public static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => $"string \"{Excerpt(reader.ValueSpan)}\"",
        JsonTokenType.Number => $"number {Excerpt(reader.ValueSpan)}",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Null => "null",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        var other => other.ToString(),
    };

    /// <summary>The message for text that is not JSON, with line and byte counted from 1.</summary>
    public static BadRequestException NotJson(JsonException exception)
    {
        var reason = exception.Message;
        var end = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return new BadRequestException(
            $"invalid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: {(end < 0 ? reason : reason[..end])}");
    }

    /// <summary>Text from a request, short enough for a message.</summary>
    public static string Shorten(string text) => text.Length <= QuotedLength ? text : text[..QuotedLength] + "...";

    private static string Excerpt(ReadOnlySpan<byte> raw) => Shorten(Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, 4 * QuotedLength)]));
}
