using System.Buffers;
using System.Text;
using ScoringImage.Scoring;

namespace ScoringImage.Protocols.Json;

/// <summary>Where in a request an input stands, for messages: <c>data.image[3][2]</c>.</summary>
/// <param name="input">What the model asks for.</param>
/// <param name="root">The input's own place, as in <c>data</c> or <c>data.image</c>.</param>
internal readonly struct JsonPlace(TensorSignature input, string root)
{
    private static readonly SearchValues<char> PlainName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>A member of an object: <c>data.image</c>, or <c>data["odd name"]</c>.</summary>
    public static string Member(string root, string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExcept(PlainName) ? $"{root}.{name}" : $"{root}[\"{JsonCursor.Shorten(name)}\"]";

    public BadRequestException Wrong(string problem) => new($"input \"{input.Name}\": {problem}");

    /// <summary>The place of an element or array by its indexes, outermost first.</summary>
    public string At(ReadOnlySpan<int> indexes)
    {
        var text = new StringBuilder(root);
        foreach (var index in indexes)
            text.Append('[').Append(index).Append(']');
        return text.ToString();
    }
}
