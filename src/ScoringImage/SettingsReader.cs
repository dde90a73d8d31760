using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ScoringImage;

/// <summary>
/// Reads the scorer's settings: a strict JSON file (an unknown or repeated member is an error), then the environment over it.
/// Every failure is a <see cref="ScorerException"/> with <see cref="ExitCodes.Configuration"/> naming the file and member, or the variable.
/// </summary>
public static class SettingsReader
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <param name="environment">The value of an environment variable, or null.</param>
    /// <param name="executableFolder">Where <c>scoring.json</c> is looked for when <c>SCORER_CONFIG</c> is not set.</param>
    public static ScorerSettings Read(Func<string, string?> environment, string executableFolder)
    {
        var file = Path.GetFullPath(Variable(environment, "SCORER_CONFIG") ?? Path.Combine(executableFolder, "scoring.json"));
        using var document = Parse(file);
        var root = new Section(file, "", document.RootElement, ["model", "outputs", "port", "routes", "execution_provider"]);
        var routes = root.Child("routes", ["scoring", "liveness", "readiness"]);

        var model = root.Text("model");
        var port = root.Port("port") ?? 5001;
        var provider = root.Text("execution_provider") ?? "cpu";
        if (provider != "cpu")
            throw root.Problem("execution_provider", $"\"{provider}\" is not one of: cpu");

        return new ScorerSettings
        {
            Model = Variable(environment, "SCORER_MODEL") is { } path ? Path.GetFullPath(path)
                : model is not null ? Path.GetFullPath(model, Path.GetDirectoryName(file)!)
                : throw root.Problem("model", "is required"),
            Outputs = root.Texts("outputs"),
            Port = Port(environment) ?? port,
            Address = Address(environment),
            Routes = Routes(routes),
            RunDirectory = Variable(environment, "SCORER_RUN_DIR") is { } folder ? Path.GetFullPath(folder) : null,
            DrainTime = DrainTime(environment),
        };
    }

    private static JsonDocument Parse(string file)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(file), Strict);
        }
        catch (JsonException exception)
        {
            throw Wrong($"{file}: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"{file}: cannot be read: {exception.Message}");
        }
    }

    private static RouteSettings Routes(Section section)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal) { RouteSettings.Root };
        return new RouteSettings
        {
            Scoring = Route("scoring", "/score"),
            Liveness = Route("liveness", "/health/live"),
            Readiness = Route("readiness", "/health/ready"),
        };

        string Route(string member, string fallback)
        {
            var path = section.Text(member) ?? fallback;
            if (!path.StartsWith('/'))
                throw section.Problem(member, $"\"{path}\" does not start with '/'");
            return paths.Add(path) ? path : throw section.Problem(member, $"\"{path}\" is already the path of another route");
        }
    }

    private static int? Port(Func<string, string?> environment) => Variable(environment, "SCORER_PORT") switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort => port,
        var text => throw Wrong($"SCORER_PORT: \"{text}\" is not a port number from 0 to 65535"),
    };

    private static IPAddress Address(Func<string, string?> environment) => Variable(environment, "SCORER_ADDRESS") switch
    {
        null => IPAddress.Any,
        var text when IPAddress.TryParse(text, out var address) => address,
        var text => throw Wrong($"SCORER_ADDRESS: \"{text}\" is not an IP address such as 127.0.0.1"),
    };

    private static TimeSpan DrainTime(Func<string, string?> environment) => Variable(environment, "SCORER_DRAIN_SECONDS") switch
    {
        null => TimeSpan.FromSeconds(5),
        var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 3600
            => TimeSpan.FromSeconds(seconds),
        var text => throw Wrong($"SCORER_DRAIN_SECONDS: \"{text}\" is not a number of seconds from 0 to 3600"),
    };

    private static string? Variable(Func<string, string?> environment, string name) =>
        environment(name) is { Length: > 0 } value ? value : null;

    private static ScorerException Wrong(string message) => new(ExitCodes.Configuration, message);

    /// <summary>One JSON object of the file, with the only members it may have.</summary>
    private sealed class Section
    {
        private readonly string _file;
        private readonly string _prefix;
        private readonly JsonElement _element;

        public Section(string file, string prefix, JsonElement element, string[] members)
        {
            (_file, _prefix, _element) = (file, prefix, element);
            if (element.ValueKind != JsonValueKind.Object)
                throw Wrong(prefix.Length == 0 ? $"{file}: must be a JSON object" : $"{file}: {prefix[..^1]}: must be an object");
            foreach (var member in element.EnumerateObject())
            {
                if (!members.Contains(member.Name, StringComparer.Ordinal))
                    throw Problem(member.Name, $"unknown member; there are: {string.Join(", ", members)}");
            }
        }

        public Section Child(string member, string[] members) =>
            new(_file, $"{member}.", _element.TryGetProperty(member, out var value) ? value : JsonElement.Parse("{}"u8), members);

        public string? Text(string member) => !_element.TryGetProperty(member, out var value) ? null
            : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text
            : throw Problem(member, "must be a string that is not empty");

        public IReadOnlyList<string> Texts(string member)
        {
            if (!_element.TryGetProperty(member, out var value))
                return [];
            if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                throw Problem(member, "must be an array of strings");
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        }

        public int? Port(string member) => !_element.TryGetProperty(member, out var value) ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var port) && port is >= 0 and <= IPEndPoint.MaxPort ? port
            : throw Problem(member, "must be a whole number from 0 to 65535");

        public ScorerException Problem(string member, string problem) => Wrong($"{_file}: {_prefix}{member}: {problem}");
    }
}
