using System.Globalization;
using System.Text;

namespace Deployer.Models;

/// <summary>Text out of a file that somebody else made, for a terminal: nothing in it moves the cursor, colours, or turns the line round.</summary>
internal static class PrintableText
{
    /// <summary>
    /// Control and format characters, line separators and lone surrogates become <c>\n</c>, <c>\t</c> or <c>\u001B</c>, a backslash
    /// <c>\\</c>; what is longer than <paramref name="most"/> characters is cut and ends in an ellipsis.
    /// </summary>
    public static string Of(string text, int most = 200)
    {
        var printable = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (printable.Length >= most)
                return printable.Append('…').ToString();
            _ = rune.Value switch
            {
                '\n' => printable.Append("\\n"),
                '\r' => printable.Append("\\r"),
                '\t' => printable.Append("\\t"),
                '\\' => printable.Append("\\\\"),
                _ when IsHarmless(rune) => printable.Append(rune.ToString()),
                <= 0xFFFF => printable.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
                _ => printable.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
            };
        }
        return printable.ToString();
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
