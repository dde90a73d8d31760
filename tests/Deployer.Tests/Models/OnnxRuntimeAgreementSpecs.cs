using Deployer.Models;
using Microsoft.ML.OnnxRuntime;
using static Deployer.Tests.Models.OnnxBytes;

namespace Deployer.Tests.Models;

/// <summary>Holds the reader against ONNX Runtime, on models that nobody here wrote: those that onnx tests its operators with.</summary>
public sealed class OnnxRuntimeAgreementSpecs : IDisposable
{
    private const string TestData = "/usr/share/libonnx-testdata/data";

    private readonly ModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_model_of_onnx_is_read_and_its_inputs_and_outputs_are_what_ONNX_Runtime_says()
    {
        if (!Directory.Exists(TestData))
        {
            Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), "CI needs apt-get install libonnx-testdata");
            Assert.Skip("apt-get install libonnx-testdata");
        }
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        int read = 0, loaded = 0;
        List<string> differences = [];
        foreach (string path in Directory.EnumerateFiles(TestData, "*.onnx", SearchOption.AllDirectories))
        {
            OnnxModel model = await ModelFolder.ReadAsync(path);
            read++;
            InferenceSession session;
            try
            {
                session = new InferenceSession(path, options);
            }
            catch (OnnxRuntimeException)
            {
                continue;
            }
            using (session)
            {
                loaded++;
                differences.AddRange(Differences(model.Inputs, session.InputNames, session.InputMetadata, isOutput: false).Select(what => $"{path}: {what}"));
                differences.AddRange(Differences(model.Outputs, session.OutputNames, session.OutputMetadata, isOutput: true).Select(what => $"{path}: {what}"));
                differences.AddRange(model.Warnings.Where(warning => warning.StartsWith("It uses the operator ", StringComparison.Ordinal)).Select(what => $"{path} loads: {what}"));
            }
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(read, 1000, int.MaxValue);
        Assert.InRange(loaded, read * 9 / 10, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ai.onnx.ml")]
    [InlineData("ai.onnx.preview")]
    [InlineData("ai.onnx.training")]
    [InlineData("ai.onnx.preview.training")]
    [InlineData("com.microsoft")]
    [InlineData("com.microsoft.experimental")]
    [InlineData("com.microsoft.nchwc")]
    [InlineData("org.pytorch.aten")]
    [InlineData("org.example")]
    public async Task An_operator_set_is_refused_from_the_version_on_that_ONNX_Runtime_refuses(string domain)
    {
        for (int version = 7; version <= 40; version++)
            await AgreeAsync(domain.Length == 0 ? Model(opset: version) : Model().Message(8, Opset(domain, version)));
        for (int version = 1; version <= 6 && domain.Length > 0; version++)
            await AgreeAsync(Model().Message(8, Opset(domain, version)));
    }

    [Fact]
    public async Task An_IR_version_is_refused_from_the_one_on_that_ONNX_Runtime_refuses()
    {
        for (int ir = 3; ir <= 20; ir++)
            await AgreeAsync(Model(ir: ir));
    }

    [Theory]
    [InlineData("w.bin", null, null)]
    [InlineData("w.bin", "0", "8")]
    [InlineData("w.bin", "4", "8")]
    [InlineData("w.bin", "4", null)]
    [InlineData("w.bin", "0", "4")]
    [InlineData("w.bin", "0", "16")]
    [InlineData("w.bin", "x", null)]
    [InlineData("w.bin", "-4", "8")]
    [InlineData("w.bin", "", null)]
    [InlineData("short.bin", null, null)]
    [InlineData("missing.bin", null, null)]
    [InlineData("sub/w.bin", null, null)]
    [InlineData("./w.bin", null, null)]
    [InlineData("sub/../w.bin", null, null)]
    [InlineData("../w.bin", null, null)]
    [InlineData("/etc/hostname", null, null)]
    [InlineData("out.bin", null, null)]
    [InlineData("in.bin", null, null)]
    [InlineData("sub", null, null)]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public async Task External_data_is_refused_when_ONNX_Runtime_refuses_it(string? location, string? offset, string? length)
    {
        folder.Write("m/w.bin", new byte[8]);
        folder.Write("m/sub/w.bin", new byte[8]);
        folder.Write("m/short.bin", new byte[4]);
        folder.Write("w.bin", new byte[8]);
        File.CreateSymbolicLink(folder.File("m/out.bin"), "../w.bin");
        File.CreateSymbolicLink(folder.File("m/in.bin"), "w.bin");
        (string, string)[] entries = [.. new[] { ("location", location), ("offset", offset), ("length", length) }.Where(entry => entry.Item2 is not null)!];
        OnnxBytes add = new OnnxBytes().Text(1, "x").Text(1, "w").Text(2, "z").Text(4, "Add");
        await AgreeAsync(Model(Graph(graph => graph.Message(1, add).Message(5, ExternalTensor("w", 2, entries)).Message(12, Value("z", 1, "batch", 2)))), "m/model.onnx");
    }

    [Theory]
    [InlineData("Gelu", "com.microsoft", false)]
    [InlineData("Normalizer", "ai.onnx.ml", false)]
    [InlineData("Adam", "ai.onnx.preview.training", true)]
    [InlineData("GraphCall", "ai.onnx.training", true)]
    [InlineData("ATen", "org.pytorch.aten", true)]
    [InlineData("Foo", "org.example", true)]
    public async Task A_warning_names_the_operators_that_ONNX_Runtime_does_not_carry(string type, string domain, bool missing)
    {
        string path = folder.Write("model.onnx", Model(Graph(graph => graph.Message(1, Node(type, "x", "z", domain)).Message(12, Value("z", 1, "batch", 2)))).Message(8, Opset(domain, 1)));

        OnnxModel model = await ModelFolder.ReadAsync(path);

        Assert.Equal(missing ? [$"It uses the operator {type} of the domain {domain}, which ONNX Runtime 1.31.1 does not carry."] : [], model.Warnings);
        Assert.Equal(!missing, Loads(path));
    }

    [Fact]
    public async Task Operators_of_the_models_own_functions_need_their_domain_imported_and_nothing_else()
    {
        OnnxBytes function = new OnnxBytes().Text(1, "F").Text(4, "a").Text(5, "b").Message(7, Node("Abs", "a", "b")).Message(9, Opset("", 17)).Text(10, "mine");
        OnnxBytes Calling() => Model(Graph(graph => graph.Message(1, Node("F", "x", "z", "mine")).Message(12, Value("z", 1, "batch", 2)))).Message(25, function);
        string good = folder.Write("good.onnx", Calling().Message(8, Opset("mine", 1)));
        string bad = folder.Write("bad.onnx", Calling());

        Assert.Empty((await ModelFolder.ReadAsync(good)).Warnings);
        Assert.True(Loads(good));
        Assert.Equal(["It uses the operator F of the domain mine without importing an operator set of that domain."], (await ModelFolder.ReadAsync(bad)).Warnings);
        Assert.False(Loads(bad));
    }

    [Fact]
    public async Task Names_used_twice_are_refused_when_ONNX_Runtime_refuses_them()
    {
        await AgreeAsync(Model(Graph(graph => graph.Message(11, Value("x", 1, "batch", 2)))));
        await AgreeAsync(Model(Graph(graph => graph.Message(12, Value("y", 1, "batch", 2)))));
        await AgreeAsync(Model(Graph(graph => graph.Message(11, Value("w", 1, 2)).Message(11, Value("w", 1, 2)).Message(5, Tensor("w", 2).Bytes(9, new byte[8])))));
    }

    private async Task AgreeAsync(OnnxBytes model, string name = "model.onnx")
    {
        string path = folder.Write(name, model);
        bool accepted = true;
        try
        {
            await ModelFolder.ReadAsync(path);
        }
        catch (DeployerException e)
        {
            Assert.Equal(FailureCode.Model, e.Code);
            accepted = false;
        }
        Assert.Equal(Loads(path), accepted);
    }

    private static bool Loads(string path)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        try
        {
            using var session = new InferenceSession(path, options);
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Differences(
        IReadOnlyList<ModelValue> ours, IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> theirs, bool isOutput)
    {
        if (!ours.Select(value => value.Name).SequenceEqual(names))
            yield return $"names {string.Join(",", ours.Select(value => value.Name))}, not {string.Join(",", names)}";
        foreach (ModelValue value in ours.Where(value => theirs.ContainsKey(value.Name)))
        {
            NodeMetadata metadata = theirs[value.Name];
            if (value.Type != TypeOf(metadata))
                yield return $"{value.Name} is {value.Type}, not {TypeOf(metadata)}";
            if (metadata.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR && !SameShape(value.Shape, metadata, isOutput))
                yield return $"{value.Name} is [{string.Join(", ", value.Shape ?? [])}], not [{string.Join(", ", metadata.Dimensions)}] [{string.Join(", ", metadata.SymbolicDimensions)}]";
        }
    }

    /// <summary>ONNX Runtime infers what the shape of an output leaves open; what the file does say has to be the same.</summary>
    private static bool SameShape(IReadOnlyList<Dimension>? ours, NodeMetadata theirs, bool isOutput)
    {
        if (ours is null)
            return isOutput || theirs.Dimensions.Length == 0;
        return ours.Count == theirs.Dimensions.Length && ours.Select((dimension, i) => (dimension, i)).All(at =>
            at.dimension.Size is { } size ? theirs.Dimensions[at.i] == size
            : isOutput && at.dimension.Symbol is null || theirs.Dimensions[at.i] == -1 && theirs.SymbolicDimensions[at.i] == (at.dimension.Symbol ?? ""));
    }

    private static string TypeOf(NodeMetadata metadata) => metadata.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => Lower(metadata.ElementDataType.ToString()),
        OnnxValueType.ONNX_TYPE_SPARSETENSOR => $"sparse_tensor({Lower(metadata.ElementDataType.ToString())})",
        OnnxValueType.ONNX_TYPE_SEQUENCE => $"sequence({TypeOf(metadata.AsSequenceMetadata().ElementMeta)})",
        OnnxValueType.ONNX_TYPE_OPTIONAL => $"optional({TypeOf(metadata.AsOptionalMetadata().ElementMeta)})",
        OnnxValueType.ONNX_TYPE_MAP => $"map({Lower(metadata.AsMapMetadata().KeyDataType.ToString())},{TypeOf(metadata.AsMapMetadata().ValueMetadata)})",
        _ => metadata.OnnxValueType.ToString(),
    };

    private static string Lower(string name) => name.ToLowerInvariant();
}
