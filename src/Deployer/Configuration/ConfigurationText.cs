using System.Text;

namespace Deployer.Configuration;

/// <summary>Configuration files as text, and as trees.</summary>
internal static class ConfigurationText
{
    private const int LargestFile = 1 << 20;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null when the file is no YAML or cannot be read; the problem then is reported.</summary>
    public static ConfigNode? ReadYaml(string file, Problems problems) => Read(file, problems) is { } text ? YamlReader.Read(file, text, problems) : null;

    /// <inheritdoc cref="ReadYaml"/>
    public static ConfigNode? ReadJson(string file, Problems problems) => Read(file, problems) is { } text ? JsonReader.Read(file, text, problems) : null;

    /// <summary>Null when the file cannot be read or is not UTF-8; the problem then is reported.</summary>
    public static string? Read(string file, Problems problems)
    {
        byte[] bytes;
        try
        {
            using FileStream stream = File.OpenRead(file);
            bytes = new byte[stream is { CanSeek: true, Length: > 0 and < LargestFile } ? (int)stream.Length : LargestFile + 1];
            Array.Resize(ref bytes, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"cannot be read: {Reason(e)}");
            return null;
        }

        if (bytes.Length > LargestFile)
        {
            problems.Add(file, "is larger than 1 MiB; no configuration file is");
            return null;
        }

        ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            string decoded = Encoding.UTF8.GetString(text);
            problems.Add(TextPosition.At(new Place(file, "", 1, 1), decoded, FirstBad(text)), "not UTF-8 text; save the file as UTF-8");
            return null;
        }
    }

    private static int FirstBad(ReadOnlySpan<byte> text)
    {
        int good = 0, characters = 0;
        while (Rune.DecodeFromUtf8(text[good..], out Rune rune, out int length) == System.Buffers.OperationStatus.Done)
            (good, characters) = (good + length, characters + rune.Utf16SequenceLength);
        return characters;
    }

    private static string Reason(Exception e) => e switch
    {
        UnauthorizedAccessException => "access is denied",
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        _ => Problems.OneSentence(e.Message),
    };
}
