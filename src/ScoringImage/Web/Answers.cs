using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ScoringImage.Web;

/// <summary>The one way a response is written.</summary>
public static class Answers
{
    private const string Json = "application/json";
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task TextAsync(HttpContext context, string text) =>
        BytesAsync(context, StatusCodes.Status200OK, "text/plain", Encoding.UTF8.GetBytes(text));

    public static Task JsonAsync(HttpContext context, ReadOnlyMemory<byte> json) => BytesAsync(context, StatusCodes.Status200OK, Json, json);

    /// <summary><c>{"error": message}</c>.</summary>
    public static async Task ErrorAsync(HttpContext context, int status, string message)
    {
        using var body = new PooledBytes(256);
        await using (var writer = new Utf8JsonWriter(body, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteString("error"u8, message);
            writer.WriteEndObject();
        }
        await BytesAsync(context, status, Json, body.Written);
    }

    private static async Task BytesAsync(HttpContext context, int status, string type, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
