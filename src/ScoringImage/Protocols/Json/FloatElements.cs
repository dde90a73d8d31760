using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace ScoringImage.Protocols.Json;

/// <summary>
/// The rule for what JSON numbers cannot say, both ways and for every floating-point type: the strings <c>"NaN"</c>, <c>"Infinity"</c> and
/// <c>"-Infinity"</c>. A number too large for its type is an error, never an infinity.
/// </summary>
internal static class NonFinite
{
    public static bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        if (reader.TokenType != JsonTokenType.String)
            return false;
        if (reader.ValueTextEquals("NaN"u8))
            value = float.NaN;
        else if (reader.ValueTextEquals("Infinity"u8))
            value = float.PositiveInfinity;
        else if (reader.ValueTextEquals("-Infinity"u8))
            value = float.NegativeInfinity;
        return value != 0;
    }

    public static void Write(Utf8JsonWriter writer, float value) =>
        writer.WriteStringValue(float.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
}

internal readonly struct FloatElement : IJsonElement<float>
{
    public static ElementFault TryRead(ref Utf8JsonReader reader, out float value)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetSingle(out value) && float.IsFinite(value) ? ElementFault.None : ElementFault.OutOfRange;
        return NonFinite.TryRead(ref reader, out value) ? ElementFault.None : ElementFault.WrongType;
    }

    public static void Write(Utf8JsonWriter writer, float value)
    {
        if (float.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            NonFinite.Write(writer, value);
    }
}

internal readonly struct DoubleElement : IJsonElement<double>
{
    public static ElementFault TryRead(ref Utf8JsonReader reader, out double value)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetDouble(out value) && double.IsFinite(value) ? ElementFault.None : ElementFault.OutOfRange;
        var isNamed = NonFinite.TryRead(ref reader, out var named);
        value = named;
        return isNamed ? ElementFault.None : ElementFault.WrongType;
    }

    public static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            NonFinite.Write(writer, (float)value);
    }
}

internal readonly struct Float16Element : IJsonElement<Float16>
{
    public static ElementFault TryRead(ref Utf8JsonReader reader, out Float16 value)
    {
        Half half;
        var fault = ElementFault.None;
        if (reader.TokenType == JsonTokenType.Number)
            fault = Half.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out half) && Half.IsFinite(half) ? fault : ElementFault.OutOfRange;
        else if (NonFinite.TryRead(ref reader, out var named))
            half = (Half)named;
        else
            (half, fault) = (default, ElementFault.WrongType);
        value = new Float16(BitConverter.HalfToUInt16Bits(half));
        return fault;
    }

    public static void Write(Utf8JsonWriter writer, Float16 value)
    {
        var half = BitConverter.UInt16BitsToHalf(value.value);
        if (!Half.IsFinite(half))
        {
            NonFinite.Write(writer, (float)half);
            return;
        }
        Span<byte> text = stackalloc byte[32];
        half.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        writer.WriteRawValue(text[..length], skipInputValidation: true);
    }
}

internal readonly struct BFloat16Element : IJsonElement<BFloat16>
{
    private const int MaxDigits = 4; // enough for every value of an 8-bit significand

    public static ElementFault TryRead(ref Utf8JsonReader reader, out BFloat16 value)
    {
        value = default;
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetDouble(out var number))
                return ElementFault.OutOfRange;
            value = Round(number);
            return float.IsFinite(Widen(value)) ? ElementFault.None : ElementFault.OutOfRange;
        }
        if (!NonFinite.TryRead(ref reader, out var named))
            return ElementFault.WrongType;
        value = new BFloat16((ushort)(BitConverter.SingleToUInt32Bits(named) >> 16));
        return ElementFault.None;
    }

    public static void Write(Utf8JsonWriter writer, BFloat16 value)
    {
        var wide = Widen(value);
        if (!float.IsFinite(wide))
        {
            NonFinite.Write(writer, wide);
            return;
        }
        Span<byte> text = stackalloc byte[32];
        Span<char> format = ['G', '1'];
        var length = 0;
        for (var digits = 1; digits <= MaxDigits; digits++)
        {
            format[1] = (char)('0' + digits);
            wide.TryFormat(text, out length, format, CultureInfo.InvariantCulture);
            if (Round(double.Parse(text[..length], CultureInfo.InvariantCulture)).value == value.value)
                break;
        }
        writer.WriteRawValue(text[..length], skipInputValidation: true);
    }

    private static float Widen(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.value << 16);

    /// <summary>To nearest, ties to even. The way through float goes by rounding to odd, which leaves the second rounding right.</summary>
    private static BFloat16 Round(double number)
    {
        var near = (float)number;
        var bits = BitConverter.SingleToUInt32Bits(near);
        if (!float.IsFinite(near))
            return new BFloat16((ushort)(bits >> 16));
        if (near != number && (bits & 1) == 0)
            bits = Math.Abs(near) < Math.Abs(number) ? bits + 1 : bits - 1;
        return new BFloat16((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }
}
