using System.Globalization;
using Deployer.Engine;

namespace Deployer.Cli;

/// <summary>How times, sizes and decisions are said to people.</summary>
internal static class Words
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Span(TimeSpan span) => span.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds} s");

    public static string Bytes(long bytes)
    {
        double amount = bytes;
        int unit = 0;
        for (; amount >= 1024 && unit < Units.Length - 1; unit++) amount /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {Units[unit]}");
    }

    public static string Deciding(RunEvent.StepDecided e) => e.Decision switch
    {
        Decision.Skip => "as planned already",
        Decision.Adopt => "done before, taken over",
        Decision.Act => "making it",
        Decision.Replace => $"changing it: {e.Detail}",
        Decision.Wait => $"under way already: {e.Detail}",
        _ => "refused",
    };

    public static string Done(RunEvent.StepFinished e) =>
        e.Decision switch
        {
            // Nothing changed, and yet the requests were sent and the answers held against the expected ones.
            Decision.Skip when e.Step is "verify" or "confirm" => $"answers as expected ({Span(e.Elapsed)})",
            Decision.Skip => $"as planned already ({Span(e.Elapsed)})",
            Decision.Adopt => $"was done before, taken over ({Span(e.Elapsed)})",
            _ => $"done in {Span(e.Elapsed)}",
        };
}
