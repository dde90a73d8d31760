using System.Globalization;
using System.Text.Json;

namespace Deployer.Steps;

/// <summary>Holds an answer against the one that was expected.</summary>
/// <param name="Mismatch">Where and how they differ; null when they agree.</param>
/// <param name="LargestDifference">Between two numbers, of all that were compared.</param>
public sealed record AnswerComparison(string? Mismatch, double LargestDifference)
{
    /// <summary>Numbers may differ by <c>absolute + relative * |expected|</c>; everything else must be equal, and nothing may be missing or added.</summary>
    /// <exception cref="JsonException">One of them is not JSON.</exception>
    public static AnswerComparison Of(string expected, string actual, double absolute, double relative)
    {
        using JsonDocument wanted = JsonDocument.Parse(expected);
        using JsonDocument got = JsonDocument.Parse(actual);
        var walk = new Walk(absolute, relative);
        walk.Compare(wanted.RootElement, got.RootElement, "");
        return new AnswerComparison(walk.Mismatch, walk.Largest);
    }

    private sealed class Walk(double absolute, double relative)
    {
        public string? Mismatch { get; private set; }

        public double Largest { get; private set; }

        public void Compare(JsonElement wanted, JsonElement got, string path)
        {
            if (Mismatch is not null) return;
            if (wanted.ValueKind != got.ValueKind)
            {
                Differ(path, Text(wanted), Text(got));
                return;
            }
            switch (wanted.ValueKind)
            {
                case JsonValueKind.Number:
                    CompareNumbers(wanted, got, path);
                    break;
                case JsonValueKind.Array:
                    CompareArrays(wanted, got, path);
                    break;
                case JsonValueKind.Object:
                    CompareObjects(wanted, got, path);
                    break;
                default:
                    if (wanted.GetRawText() != got.GetRawText() && wanted.ToString() != got.ToString()) Differ(path, Text(wanted), Text(got));
                    break;
            }
        }

        private void CompareNumbers(JsonElement wanted, JsonElement got, string path)
        {
            if (wanted.GetRawText() == got.GetRawText()) return;
            // Whole numbers may be larger than a double can tell apart.
            double difference = wanted.TryGetInt64(out long a) && got.TryGetInt64(out long b)
                ? (double)Math.Abs((decimal)a - b)
                : Math.Abs(wanted.GetDouble() - got.GetDouble());
            if (difference > Largest) Largest = difference;
            if (!(difference <= absolute + relative * Math.Abs(wanted.GetDouble()))) Differ(path, Text(wanted), Text(got));
        }

        private void CompareArrays(JsonElement wanted, JsonElement got, string path)
        {
            if (wanted.GetArrayLength() != got.GetArrayLength())
            {
                Differ(path, $"{wanted.GetArrayLength()} elements", got.GetArrayLength().ToString(CultureInfo.InvariantCulture));
                return;
            }
            int i = 0;
            foreach ((JsonElement w, JsonElement g) in wanted.EnumerateArray().Zip(got.EnumerateArray())) Compare(w, g, $"{path}[{i++}]");
        }

        private void CompareObjects(JsonElement wanted, JsonElement got, string path)
        {
            foreach (JsonProperty property in wanted.EnumerateObject())
            {
                if (got.TryGetProperty(property.Name, out JsonElement value)) Compare(property.Value, value, Join(path, property.Name));
                else Differ(Join(path, property.Name), Text(property.Value), "nothing");
            }
            foreach (JsonProperty property in got.EnumerateObject())
                if (!wanted.TryGetProperty(property.Name, out _)) Differ(Join(path, property.Name), "nothing", Text(property.Value));
        }

        private void Differ(string path, string wanted, string got) => Mismatch ??= $"{(path.Length == 0 ? "the answer" : path)}: expected {wanted}, got {got}";

        private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

        private static string Text(JsonElement element) => ScoringClient.Short(element.GetRawText());
    }
}
