namespace Deployer.Configuration;

/// <summary>
/// What one value in a configuration file may be, said once: <see cref="Facts"/> for editors and the reference page,
/// <see cref="Read"/> for the deployer itself, which reports what is wrong with a node and then gives <see cref="Reading{T}.Failed"/>.
/// </summary>
internal sealed record Shape<T>(ShapeFacts Facts, Func<ConfigNode, Problems, Reading<T>> Read)
{
    /// <summary>The same written form, meaning something else to the program and called <paramref name="inWords"/> on the reference page.</summary>
    public Shape<TOther> As<TOther>(string inWords, Func<T, TOther> convert) =>
        new(Facts with { InWords = inWords }, (node, problems) => Read(node, problems) is { Ok: true, Value: var value } ? new(true, convert(value)) : Reading<TOther>.Failed);
}

/// <summary>A value, or the fact that there is none because its problem has been reported.</summary>
internal readonly record struct Reading<T>(bool Ok, T Value)
{
    public static Reading<T> Failed => default;
}

/// <summary>A shape as seen from outside.</summary>
internal sealed record ShapeFacts
{
    /// <summary>JSON Schema types.</summary>
    public required IReadOnlyList<string> Types { get; init; }
    /// <summary>What a person would call it.</summary>
    public required string InWords { get; init; }
    public string? Title { get; init; }
    /// <summary>Every one of them must match.</summary>
    public IReadOnlyList<Rule> Rules { get; init; } = [];
    public IReadOnlyList<string> Choices { get; init; } = [];
    public decimal? Minimum { get; init; }
    public decimal? Maximum { get; init; }
    /// <summary>What a list holds.</summary>
    public ShapeFacts? Items { get; init; }
    /// <summary>What a map from names of the user's own choice holds.</summary>
    public ShapeFacts? Values { get; init; }
    public IReadOnlyList<Rule> NameRules { get; init; } = [];
    /// <summary>What a map with known keys holds.</summary>
    public IReadOnlyList<KeyFacts>? Keys { get; init; }
}

/// <summary>One key of a map.</summary>
internal sealed record KeyFacts
{
    public required string Name { get; init; }
    public required string Meaning { get; init; }
    public required ShapeFacts Value { get; init; }
    public required bool Required { get; init; }
    /// <summary>As it would be written, unquoted, in YAML; null when there is none that can be written.</summary>
    public string? Default { get; init; }
    /// <summary>Stands in for <see cref="Default"/> where that depends on something else.</summary>
    public string? DefaultInWords { get; init; }
    public IReadOnlyList<string> Examples { get; init; } = [];
}
