using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace ScoringImage.Protocols.Json;

/// <summary>Whole numbers. <c>1.0</c> and <c>1e2</c> are whole; what is not, or does not fit, is an error, never rounded.</summary>
internal readonly struct IntegerElement<T> : IJsonElement<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private const int MostDigits = 20; // of 2^64

    public static ElementFault TryRead(ref Utf8JsonReader reader, out T value)
    {
        value = default;
        if (reader.TokenType != JsonTokenType.Number)
            return ElementFault.WrongType;
        var text = reader.ValueSpan;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return ElementFault.None;
        return text.IndexOfAny(".eE"u8) < 0 ? ElementFault.OutOfRange : TryReadScientific(Encoding.ASCII.GetString(text), out value);
    }

    public static void Write(Utf8JsonWriter writer, T value)
    {
        if (T.MinValue == T.Zero)
            writer.WriteNumberValue(ulong.CreateTruncating(value));
        else
            writer.WriteNumberValue(long.CreateTruncating(value));
    }

    private static ElementFault TryReadScientific(string text, out T value)
    {
        value = default;
        var sign = text[0] == '-' ? "-" : "";
        var parts = text[sign.Length..].Split(['e', 'E']);
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? 0 : parts[0].Length - point - 1;
        var written = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = written.TrimEnd('0');
        if (digits.Length == 0)
            return ElementFault.None;

        var exponent = parts.Length < 2 ? BigInteger.Zero : BigInteger.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var zeros = exponent - fraction + (written.Length - digits.Length);
        if (zeros < 0)
            return ElementFault.NotWhole;
        digits = digits.TrimStart('0');
        if (digits.Length + zeros > MostDigits)
            return ElementFault.OutOfRange;
        return T.TryParse(sign + digits + new string('0', (int)zeros), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            ? ElementFault.None : ElementFault.OutOfRange;
    }
}

internal readonly struct BoolElement : IJsonElement<bool>
{
    public static ElementFault TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False ? ElementFault.None : ElementFault.WrongType;
    }

    public static void Write(Utf8JsonWriter writer, bool value) => writer.WriteBooleanValue(value);
}

internal readonly struct StringElement : IJsonElement<string>
{
    public static ElementFault TryRead(ref Utf8JsonReader reader, out string value)
    {
        value = "";
        if (reader.TokenType != JsonTokenType.String)
            return ElementFault.WrongType;
        try
        {
            value = reader.GetString()!;
            return ElementFault.None;
        }
        catch (InvalidOperationException)
        {
            return ElementFault.NotText;
        }
    }

    public static void Write(Utf8JsonWriter writer, string value) => writer.WriteStringValue(value);
}
