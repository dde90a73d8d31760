using System.Text.Json;
using ScoringImage.Protocols.Json;
using ScoringImage.Scoring;

namespace ScoringImage.Protocols.AzureMl;

/// <summary>
/// Azure ML's scoring request: <c>{"data": X}</c>, X being the only input's nested arrays or an object of nested arrays by input name;
/// optionally <c>"outputs": ["name", ...]</c>, fewer of those served (absent or empty means all).
/// </summary>
public static class ScoreRequestReader
{
    /// <param name="body">UTF-8 JSON.</param>
    /// <param name="model">What the model takes, and the outputs that are served.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="BadRequestException">The body is no such request.</exception>
    public static ScoreRequest Read(ReadOnlySpan<byte> body, ModelSignature model)
    {
        var inputs = new InputTensor?[model.Inputs.Count];
        try
        {
            var outputs = ReadBody(body, model, inputs);
            return new ScoreRequest(inputs!, outputs);
        }
        catch (Exception exception)
        {
            foreach (var input in inputs)
                input?.Dispose();
            if (exception is JsonException notJson)
                throw JsonCursor.NotJson(notJson);
            throw;
        }
    }

    private static IReadOnlyList<string> ReadBody(ReadOnlySpan<byte> body, ModelSignature model, InputTensor?[] inputs)
    {
        var reader = JsonCursor.Open(body);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new BadRequestException($"the body must be an object {{\"data\": ...}}, got {JsonCursor.Describe(ref reader)}");

        var hasData = false;
        IReadOnlyList<string>? outputs = null;
        for (JsonCursor.Next(ref reader); reader.TokenType != JsonTokenType.EndObject; JsonCursor.Next(ref reader))
        {
            var member = JsonCursor.Text(ref reader, "a member name of the body");
            JsonCursor.Next(ref reader);
            switch (member)
            {
                case "data" when !hasData:
                    hasData = true;
                    ReadData(ref reader, model, inputs, body.Length);
                    break;
                case "outputs" when outputs is null:
                    outputs = ReadOutputs(ref reader, model);
                    break;
                case "data" or "outputs":
                    throw new BadRequestException($"duplicate member \"{member}\"");
                default:
                    throw new BadRequestException($"unknown member \"{JsonCursor.Shorten(member)}\"; there are: data, outputs");
            }
        }
        reader.Read(); // throws when something follows the object

        if (!hasData)
            throw new BadRequestException("missing member \"data\"");
        var missing = Array.IndexOf(inputs, null);
        return missing < 0
            ? outputs ?? [.. model.Outputs.Select(output => output.Name)]
            : throw new BadRequestException($"missing input \"{model.Inputs[missing].Name}\"; expected {model.Inputs[missing]}");
    }

    private static void ReadData(ref Utf8JsonReader reader, ModelSignature model, InputTensor?[] inputs, int bodyLength)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
            ReadNamedInputs(ref reader, model, inputs, bodyLength);
        else if (model.Inputs.Count == 1)
            inputs[0] = JsonTensorReader.Read(ref reader, model.Inputs[0], "data", bodyLength);
        else
            throw new BadRequestException($"data must be an object with the inputs {Names(model)}, got {JsonCursor.Describe(ref reader)}");
    }

    private static void ReadNamedInputs(ref Utf8JsonReader reader, ModelSignature model, InputTensor?[] inputs, int bodyLength)
    {
        for (JsonCursor.Next(ref reader); reader.TokenType != JsonTokenType.EndObject; JsonCursor.Next(ref reader))
        {
            var index = IndexOf(ref reader, model);
            if (index < 0)
                throw new BadRequestException($"unknown input \"{JsonCursor.Shorten(JsonCursor.Text(ref reader, "an input name"))}\"; there are: {Names(model)}");
            var input = model.Inputs[index];
            if (inputs[index] is not null)
                throw new BadRequestException($"duplicate input \"{input.Name}\"");
            JsonCursor.Next(ref reader);
            inputs[index] = JsonTensorReader.Read(ref reader, input, JsonPlace.Member("data", input.Name), bodyLength);
        }
    }

    private static int IndexOf(ref Utf8JsonReader reader, ModelSignature model)
    {
        var name = JsonCursor.Text(ref reader, "an input name");
        for (var i = 0; i < model.Inputs.Count; i++)
        {
            if (model.Inputs[i].Name == name)
                return i;
        }
        return -1;
    }

    private static List<string>? ReadOutputs(ref Utf8JsonReader reader, ModelSignature model)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new BadRequestException($"outputs must be an array of names, got {JsonCursor.Describe(ref reader)}");

        var wanted = new HashSet<string>(StringComparer.Ordinal);
        for (JsonCursor.Next(ref reader); reader.TokenType != JsonTokenType.EndArray; JsonCursor.Next(ref reader))
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new BadRequestException($"outputs must be an array of names, got {JsonCursor.Describe(ref reader)} in it");
            var name = JsonCursor.Text(ref reader, "an output name");
            if (!model.Outputs.Any(output => output.Name == name))
                throw new BadRequestException($"unknown output \"{JsonCursor.Shorten(name)}\"; there are: {string.Join(", ", model.Outputs.Select(output => output.Name))}");
            wanted.Add(name);
        }
        return [.. model.Outputs.Select(output => output.Name).Where(name => wanted.Count == 0 || wanted.Contains(name))];
    }

    private static string Names(ModelSignature model) => string.Join(", ", model.Inputs.Select(input => input.Name));
}
