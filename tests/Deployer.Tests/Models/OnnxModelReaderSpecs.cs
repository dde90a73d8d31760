using System.Security.Cryptography;
using System.Text;
using Deployer.Models;
using static Deployer.Tests.Models.OnnxBytes;

namespace Deployer.Tests.Models;

public sealed class OnnxModelReaderSpecs : IDisposable
{
    private readonly ModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Everything_a_model_says_about_itself_is_read()
    {
        OnnxBytes bytes = Model(Graph(graph => graph.Message(5, Tensor("w", 3, 4)).Text(10, "of the graph")))
            .Text(4, "org.example").Number(5, 42).Text(6, "says little").Message(8, Opset("ai.onnx.ml", 3))
            .Message(14, Entry("author", "Ada")).Message(14, Entry("classes", "{0: 'cat'}"));

        OnnxModel model = await folder.ReadAsync(bytes);

        Assert.Equal(folder.File("model.onnx"), model.Path);
        Assert.Equal(bytes.ToArray().Length, model.Size);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())), model.Sha256);
        Assert.Equal([new ModelFile("model.onnx", model.Size, model.Sha256)], model.Files);
        Assert.Equal((8, "by hand", "1.0", "org.example", 42), (model.IrVersion, model.ProducerName, model.ProducerVersion, model.Domain, model.ModelVersion));
        Assert.Equal(("tiny", "says little"), (model.GraphName, model.Description));
        Assert.Equal([new("ai.onnx", 17), new("ai.onnx.ml", 3)], model.OpsetImports);
        Assert.Equal([new("author", "Ada"), new("classes", "{0: 'cat'}")], model.Metadata);
        Assert.Equal([new ModelOperator("ai.onnx", "Abs", 1)], model.Operators);
        Assert.Equal(12, model.ParameterCount);
        Assert.Equal(["x float [batch, 2]"], Spelled(model.Inputs));
        Assert.Equal(["y float [batch, 2]"], Spelled(model.Outputs));
        Assert.Empty(model.Warnings);
    }

    [Fact]
    public async Task The_graphs_description_stands_in_for_a_missing_one() =>
        Assert.Equal("of the graph", (await folder.ReadAsync(Model(Graph(graph => graph.Text(10, "of the graph"))))).Description);

    [Theory]
    [InlineData("TFL3 to ONNX")]
    [InlineData("ORTModel exporter")]
    [InlineData("\n")]
    public async Task A_producers_name_makes_no_other_format_of_it(string producer)
    {
        OnnxBytes model = new OnnxBytes().Number(1, 8).Text(2, producer).Message(7, Graph()).Message(8, Opset("", 17));

        Assert.Equal(producer, (await folder.ReadAsync(model)).ProducerName);
    }

    [Fact]
    public async Task Every_kind_of_type_and_shape_is_spelled_out()
    {
        OnnxBytes floats = new OnnxBytes().Message(1, new OnnxBytes().Number(1, 1));
        OnnxBytes map = new OnnxBytes().Message(5, new OnnxBytes().Number(1, 7).Message(2, floats));
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph
            .Message(11, Value("scalar", 11))
            .Message(11, Value("unknown rank", 7, null))
            .Message(11, Value("open", 9, null, -1, "", 0))
            .Message(11, Value("text", 8, 1))
            .Message(11, Value("new type", 99, 1))
            .Message(11, Typed("sequence", new OnnxBytes().Message(4, new OnnxBytes().Message(1, floats))))
            .Message(11, Typed("maps", new OnnxBytes().Message(4, new OnnxBytes().Message(1, map))))
            .Message(11, Typed("optional", new OnnxBytes().Message(9, new OnnxBytes().Message(1, floats))))
            .Message(11, Typed("sparse", new OnnxBytes().Message(8, new OnnxBytes().Number(1, 10).Message(2, new OnnxBytes().Message(1, new OnnxBytes().Number(1, 5))))))
            .Message(11, Typed("opaque", new OnnxBytes().Message(7, new OnnxBytes().Text(1, "d").Text(2, "n"))))
            .Message(11, new OnnxBytes().Text(1, "untyped")))));

        Assert.Equal(
            [
                "scalar double []", "unknown rank int64 -", "open bool [?, ?, ?, 0]", "text string [1]", "new type type 99 [1]",
                "sequence sequence(float) -", "maps sequence(map(int64,float)) -", "optional optional(float) -", "sparse sparse_tensor(float16) [5]",
                "opaque opaque(d,n) -", "untyped undefined -", "x float [batch, 2]",
            ],
            Spelled(model.Inputs));
    }

    [Fact]
    public async Task An_initializer_listed_among_the_inputs_is_no_input()
    {
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph
            .Message(11, Value("w", 1, 2)).Message(11, Value("s", 1, 2))
            .Message(5, Tensor("w", 2))
            .Message(15, new OnnxBytes().Message(1, Tensor("s", 1)).Message(2, Tensor("", 1)).Number(3, 2)))));

        Assert.Equal(["x float [batch, 2]"], Spelled(model.Inputs));
    }

    [Fact]
    public async Task Parameters_are_counted_in_subgraphs_and_sparse_tensors_but_not_in_attributes()
    {
        OnnxBytes branch = new OnnxBytes().Message(1, Node("Neg", "x", "z")).Message(5, Tensor("in the branch", 10, 10));
        OnnxBytes conditional = Node("If", "c", "z")
            .Message(5, new OnnxBytes().Text(1, "then_branch").Message(6, branch))
            .Message(5, new OnnxBytes().Text(1, "else_branch").Message(6, branch));
        OnnxBytes constant = Node("Constant", "", "k").Message(5, new OnnxBytes().Text(1, "value").Message(5, Tensor("", 1000)));
        OnnxBytes packed = new OnnxBytes().Bytes(1, [2, 3]).Number(2, 1).Text(8, "packed dims");
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph
            .Message(1, conditional).Message(1, constant)
            .Message(5, packed).Message(5, Tensor("scalar"))
            .Message(15, new OnnxBytes().Message(1, Tensor("sparse", 5)).Message(2, Tensor("", 5)).Number(3, 100)))));

        Assert.Equal(100 + 100 + 6 + 1 + 5, model.ParameterCount);
        Assert.Equal(["Abs x1", "Constant x1", "If x1", "Neg x2"], model.Operators.Select(used => $"{used.Name} x{used.Count}"));
    }

    [Fact]
    public async Task External_data_belongs_to_the_size_the_files_and_the_digest()
    {
        byte[] one = [1, 2, 3, 4, 5, 6, 7, 8], two = new byte[16];
        folder.Write("w.bin", one);
        folder.Write("sub/v.bin", two);
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph
            .Message(5, ExternalTensor("w", 2, ("location", "./w.bin")))
            .Message(5, ExternalTensor("v", 2, ("location", "sub/v.bin"), ("offset", "8"), ("length", "8")))
            .Message(5, ExternalTensor("u", 2, ("location", "sub/../w.bin"))))));

        Assert.Equal(["model.onnx", "sub/v.bin", "w.bin"], model.Files.Select(file => file.RelativePath));
        Assert.Equal(new FileInfo(model.Path).Length + 24, model.Size);
        string lines = $"{model.Files[0].Sha256}  model.onnx\n{Sha256(two)}  sub/v.bin\n{Sha256(one)}  w.bin\n";
        Assert.Equal(Sha256(Encoding.UTF8.GetBytes(lines)), model.Sha256);
    }

    [Fact]
    public async Task A_model_in_a_cache_of_links_finds_its_data_through_them()
    {
        string real = folder.Write("blobs/1", Model(Graph(graph => graph.Message(5, ExternalTensor("w", 2, ("location", "model.onnx_data"))))));
        string data = folder.Write("blobs/2", new byte[8]);
        Directory.CreateDirectory(folder.File("snapshots"));
        File.CreateSymbolicLink(folder.File("snapshots/model.onnx"), real);
        File.CreateSymbolicLink(folder.File("snapshots/model.onnx_data"), data);

        OnnxModel model = await ModelFolder.ReadAsync(folder.File("snapshots/model.onnx"));

        Assert.Equal(["model.onnx", "model.onnx_data"], model.Files.Select(file => file.RelativePath));
    }

    [Fact]
    public async Task Progress_ends_at_the_bytes_of_all_files_and_never_goes_back()
    {
        folder.Write("w.bin", new byte[1_000_000]);
        string path = folder.Write("model.onnx", Model(Graph(graph => graph.Message(5, ExternalTensor("w", 250_000, ("location", "w.bin"))))));
        var seen = new Seen();

        OnnxModel model = await OnnxModelReader.ReadAsync(path, seen, TestContext.Current.CancellationToken);

        Assert.Equal(seen.Values.Order(), seen.Values);
        Assert.Equal(model.Size, seen.Values[^1]);
    }

    [Fact]
    public async Task Reading_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        string path = folder.Write("model.onnx", Model(Graph(graph => graph.Message(5, Tensor("w", 500_000).Bytes(9, new byte[2_000_000])))));
        var seen = new Seen { OnReport = cancelled.Cancel };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OnnxModelReader.ReadAsync(path, seen, cancelled.Token));
        Assert.Single(seen.Values);
    }

    [Fact]
    public void A_gigabyte_of_weights_takes_no_memory()
    {
        const int Gigabyte = 1 << 30;
        byte[] tensor = Tensor("w", Gigabyte / 4).Header(9, Gigabyte).ToArray();
        byte[] graph = Graph().ToArray();
        byte[] beginning = [.. new OnnxBytes().Number(1, 8).Message(8, Opset("", 17)).Header(7, graph.Length + TagAndLength(tensor.Length + Gigabyte) + tensor.Length + Gigabyte).ToArray(),
            .. graph, .. new OnnxBytes().Header(5, tensor.Length + (long)Gigabyte).ToArray(), .. tensor];
        string path = folder.Write("model.onnx", beginning);
        using (FileStream file = File.OpenWrite(path))
            file.SetLength(beginning.Length + (long)Gigabyte);

        long before = GC.GetAllocatedBytesForCurrentThread();
        OnnxModel model = OnnxModelReader.Read(path, null, TestContext.Current.CancellationToken);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Gigabyte / 4, model.ParameterCount);
        Assert.InRange(allocated, 0, 1_000_000);
    }

    private static int TagAndLength(long length) => new OnnxBytes().Header(5, length).ToArray().Length;

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static IEnumerable<string> Spelled(IEnumerable<ModelValue> values) =>
        values.Select(value => $"{value.Name} {value.Type} {(value.Shape is null ? "-" : $"[{string.Join(", ", value.Shape)}]")}");

    private sealed class Seen : IProgress<long>
    {
        public List<long> Values { get; } = [];
        public Action? OnReport { get; init; }

        public void Report(long value)
        {
            Values.Add(value);
            OnReport?.Invoke();
        }
    }
}
