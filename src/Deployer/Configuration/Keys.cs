namespace Deployer.Configuration;

/// <summary>One key of a map shape, and the way to its value.</summary>
internal sealed record Key<T>(string Name);

/// <summary>Declares the keys of a map shape, one call a key.</summary>
internal sealed class Keys
{
    private readonly List<Declared> declared = [];

    public IReadOnlyList<KeyFacts> Facts => [.. declared.Select(d => d.Facts)];

    public IReadOnlyCollection<string> Names => [.. declared.Select(d => d.Facts.Name)];

    public Key<T> Required<T>(string name, Shape<T> shape, string meaning, params IReadOnlyList<string> examples) =>
        Declare<T>(new() { Name = name, Meaning = meaning, Value = shape.Facts, Required = true, Examples = examples }, (map, problems) =>
        {
            if (map.Entries.TryGetValue(name, out ConfigNode? node))
                return Box(shape.Read(node, problems));
            problems.Add(map.KeyAt.Key(name), "missing; this key is required");
            return Reading<object?>.Failed;
        });

    /// <summary>The default is given as it would be written, unquoted, in YAML.</summary>
    public Key<T> Optional<T>(string name, Shape<T> shape, string @default, string meaning, params IReadOnlyList<string> examples) =>
        Declare<T>(new() { Name = name, Meaning = meaning, Value = shape.Facts, Required = false, Default = @default, Examples = examples }, (map, problems) =>
            Box(shape.Read(map.Entries.GetValueOrDefault(name) ?? Written(map.KeyAt.Key(name), shape.Facts, @default), problems)));

    /// <summary>A list or map that is empty when left out, with the defaults of its own keys.</summary>
    public Key<T> Group<T>(string name, Shape<T> shape, string meaning) =>
        Declare<T>(new() { Name = name, Meaning = meaning, Value = shape.Facts, Required = false }, (map, problems) =>
        {
            Place place = map.KeyAt.Key(name);
            ConfigNode empty = shape.Facts.Items is null ? new ConfigNode.Map(place, place, []) : new ConfigNode.List(place, place, []);
            return Box(shape.Read(map.Entries.GetValueOrDefault(name) ?? empty, problems));
        });

    /// <summary>Null when left out; <paramref name="defaultInWords"/> says what that means.</summary>
    public Key<T?> Nullable<T>(string name, Shape<T> shape, string defaultInWords, string meaning, params IReadOnlyList<string> examples)
        where T : class =>
        Declare<T?>(new() { Name = name, Meaning = meaning, Value = shape.Facts, Required = false, DefaultInWords = defaultInWords, Examples = examples }, (map, problems) =>
            map.Entries.TryGetValue(name, out ConfigNode? node) ? Box(shape.Read(node, problems)) : new(true, null));

    /// <summary>Reads every key, so that every problem is found, and gives the values only when all are good.</summary>
    public Values? Read(ConfigNode.Map map, Problems problems)
    {
        foreach ((string name, ConfigNode value) in map.Entries)
        {
            if (!Names.Contains(name))
                problems.Add(value.KeyAt, $"unknown key{Nearest.Hint(name, Names, "the keys here are")}");
        }

        Dictionary<string, object?> values = new(StringComparer.Ordinal);
        foreach (Declared key in declared)
        {
            if (key.Read(map, problems) is { Ok: true, Value: var value })
                values.Add(key.Facts.Name, value);
        }

        return values.Count == declared.Count ? new Values(map, values) : null;
    }

    private Key<T> Declare<T>(KeyFacts facts, Func<ConfigNode.Map, Problems, Reading<object?>> read)
    {
        declared.Add(new(facts, read));
        return new(facts.Name);
    }

    private static Reading<object?> Box<T>(Reading<T> reading) => new(reading.Ok, reading.Value);

    private static ConfigNode.Scalar Written(Place place, ShapeFacts facts, string text) =>
        new(place, place, text, facts.Types is ["string"] ? ScalarKind.Text : PlainScalar.KindOf(text));

    private sealed record Declared(KeyFacts Facts, Func<ConfigNode.Map, Problems, Reading<object?>> Read);
}

/// <summary>The values of one map, all of them good in themselves.</summary>
internal sealed class Values(ConfigNode.Map map, Dictionary<string, object?> values)
{
    public T Get<T>(Key<T> key) => (T)values[key.Name]!;

    /// <summary>Where a key's value stands; for a key left out, where its map stands.</summary>
    public Place PlaceOf<T>(Key<T> key) => map.Entries.TryGetValue(key.Name, out ConfigNode? node) ? node.At : map.KeyAt.Key(key.Name);

    /// <summary>The file the map stands in, absolute.</summary>
    public string File => map.At.File;
}
