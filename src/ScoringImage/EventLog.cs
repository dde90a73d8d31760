using System.Globalization;
using System.Text;

namespace ScoringImage;

/// <summary>One line an event: time (UTC), level, text. Control characters in the text, which may quote a request, become spaces.</summary>
public sealed class EventLog(TextWriter output, TimeProvider time)
{
    public void Info(string text) => Write("info", text);

    public void Warning(string text) => Write("warn", text);

    private void Write(string level, string text)
    {
        var line = new StringBuilder(text.Length + 40)
            .Append(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            .Append(' ').Append(level).Append(' ');
        foreach (var character in text)
            line.Append(char.IsControl(character) ? ' ' : character);
        try
        {
            output.WriteLine(line.ToString());
        }
        catch (IOException)
        {
            // The reader of our output is gone (a closed terminal, a dead collector): scoring goes on.
        }
    }
}
