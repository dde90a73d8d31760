namespace Deployer.Models;

/// <summary>
/// What ONNX Runtime 1.31.1, the one in the scorer, loads. To check after an update, load a one-node model with each version
/// (OnnxRuntimeAgreementSpecs does) with <c>ALLOW_RELEASED_ONNX_OPSET_ONLY</c> unset, its default.
/// </summary>
internal static class SupportedByScorer
{
    public const string Runtime = "ONNX Runtime 1.31.1";

    public const long NewestIrVersion = 13;

    /// <summary>The CPU kernels begin here; an older operator runs only where it has not changed since.</summary>
    public const long OldestFullOpset = 7;

    /// <summary>Domains with a version that is too new are refused on load, whether or not a node uses them.</summary>
    public static IReadOnlyDictionary<string, long> NewestOpsets { get; } = new Dictionary<string, long>(StringComparer.Ordinal)
    {
        [ParsedModel.DefaultDomain] = 26,
        ["ai.onnx.ml"] = 5,
        ["ai.onnx.preview"] = 1,
        ["ai.onnx.training"] = 1,
        ["ai.onnx.preview.training"] = 1,
        ["com.microsoft"] = 1,
        ["com.microsoft.experimental"] = 1,
        ["com.microsoft.nchwc"] = 1,
        ["org.pytorch.aten"] = 1,
    };

    /// <summary>
    /// The domains it has kernels for. The preview, training and ATen domains are known to it by name only:
    /// "Fatal error: ai.onnx.preview.training:Adam(-1) is not a registered function/op".
    /// </summary>
    private static readonly string[] Carried = [ParsedModel.DefaultDomain, "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc"];

    /// <summary>Those of <see cref="Carried"/> that a node may use without an opset import.</summary>
    private static readonly string[] ImportedByItself = ["ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc"];

    /// <summary>Refuses what it cannot load for certain; says in words what it may not be able to run.</summary>
    /// <exception cref="DeployerException">Model: naming the version found and the newest supported.</exception>
    public static IReadOnlyList<string> Check(ParsedModel model, string path)
    {
        if (model.IrVersion is null)
            throw Refused($"{path} does not say its IR version, which {Runtime} insists on.",
                "Load and save it with the onnx package, which writes it: onnx.save(onnx.load(path), path).");
        if (model.IrVersion > NewestIrVersion)
            throw Refused($"{path} has IR version {model.IrVersion}; {Runtime} in the scorer reads up to IR version {NewestIrVersion}.",
                $"Export it again with an older onnx package, or set model.ir_version = {NewestIrVersion} with onnx and save it.");
        if (model.OpsetImports.Count == 0)
            throw Refused($"{path} imports no operator set (opset_import); the file may be cut short, for exporters write it last.",
                "Compare its size with the original, and copy or export it again.");
        foreach ((string domain, long version) in model.OpsetImports)
            if (NewestOpsets.TryGetValue(domain, out long newest) && version > newest)
                throw Refused(
                    $"{path} uses version {version} of the operator set {domain}; {Runtime} in the scorer knows up to version {newest}.",
                    domain == ParsedModel.DefaultDomain
                        ? $"Export it again with opset_version={newest} or lower, or convert it: onnx.version_converter.convert_version(model, {newest})."
                        : $"Export it again with version {newest} or lower of {domain}.");
        if (model.Outputs.Count == 0)
            throw Refused($"{path} has a graph without outputs, so there is nothing to answer a request with.",
                "Name the outputs when exporting, or append them to model.graph.output with onnx.");
        if (Twice(model.Inputs) is { } input)
            throw Refused($"{path} has more than one input named '{PrintableText.Of(input)}'.", "Give each its own name when exporting (input_names).");
        return [.. Warnings(model)];
    }

    private static string? Twice(IReadOnlyList<ModelValue> values) =>
        values.GroupBy(value => value.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key;

    private static IEnumerable<string> Warnings(ParsedModel model)
    {
        if (model.OpsetImports.TryGetValue(ParsedModel.DefaultDomain, out long opset) && opset < OldestFullOpset)
            yield return $"It uses operator set version {opset} of {ParsedModel.DefaultDomain}; {Runtime} carries all operators only from version {OldestFullOpset} on.";
        if (model.Inputs.Count == 0)
            yield return "It has no inputs: every request gets the same answer.";
        if (Twice(model.Outputs) is { } twice)
            yield return $"It has more than one output named '{PrintableText.Of(twice)}'; an answer has room for one.";
        foreach (ModelValue output in model.Outputs.Where(output => output.Type.Contains('(', StringComparison.Ordinal)))
            yield return $"The output '{PrintableText.Of(output.Name)}' is a {PrintableText.Of(output.Type)}; the scorer answers with tensors. "
                + "Ask for other outputs, or export without it (skl2onnx: options={\"zipmap\": False}).";
        foreach (((string domain, string name), _) in Sorted(model.Operators))
        {
            string spelled = $"{PrintableText.Of(name)} of the domain {PrintableText.Of(domain)}";
            bool isLocal = model.Functions.Contains((domain, name));
            if (!isLocal && !Carried.Contains(domain, StringComparer.Ordinal))
                yield return $"It uses the operator {spelled}, which {Runtime} does not carry.";
            else if (!model.OpsetImports.ContainsKey(domain) && !ImportedByItself.Contains(domain, StringComparer.Ordinal))
                yield return $"It uses the operator {spelled} without importing an operator set of that domain.";
        }
    }

    /// <summary>By domain, then by name.</summary>
    public static IEnumerable<KeyValuePair<(string Domain, string Name), int>> Sorted(Dictionary<(string Domain, string Name), int> operators) =>
        operators.OrderBy(used => used.Key.Domain, StringComparer.Ordinal).ThenBy(used => used.Key.Name, StringComparer.Ordinal);

    private static DeployerException Refused(string problem, string remedy) => new(FailureCode.Model, problem, remedy);
}
