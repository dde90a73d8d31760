using System.Buffers;
using System.Security.Cryptography;

namespace Deployer.Images;

/// <summary>A SHA-256 content digest as OCI writes it: <c>sha256:</c> and 64 lower-case hex digits.</summary>
public readonly record struct Digest
{
    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private Digest(string hex) => Hex = hex;

    /// <summary>The 64 hex digits alone.</summary>
    public string Hex { get; }

    public static Digest OfHash(ReadOnlySpan<byte> hash) => new(Convert.ToHexStringLower(hash));

    public static Digest Of(ReadOnlySpan<byte> content) => OfHash(SHA256.HashData(content));

    /// <exception cref="FormatException">Not a SHA-256 digest.</exception>
    public static Digest Parse(string text)
    {
        if (!IsOne(text)) throw new FormatException($"'{text}' is not a sha256 digest.");
        return new Digest(text[Prefix.Length..]);
    }

    public static bool IsOne(string? text) =>
        text is not null && text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length == Prefix.Length + 64
        && !text.AsSpan(Prefix.Length).ContainsAnyExcept(HexDigits);

    public override string ToString() => Prefix + Hex;
}
