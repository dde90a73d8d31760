using System.Text.Json;
using Deployer.Models;
using static Deployer.Tests.Models.OnnxBytes;

namespace Deployer.Tests.Models;

public sealed class ModelReportSpecs : IDisposable
{
    private readonly ModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_text_is_a_table_of_what_the_model_says()
    {
        folder.Write("w.bin", new byte[5_000_000]);
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph
                .Message(1, Node("Abs", "y", "z")).Message(1, Node("Gelu", "z", "u", "com.microsoft"))
                .Message(5, ExternalTensor("w", 1_250_000, ("location", "w.bin")))
                .Message(11, Value("mask", 9))))
            .Message(8, Opset("com.microsoft", 1)).Message(8, Opset("org.example", 1)).Message(14, Entry("author", "Ada")).Text(6, "Tells digits."));

        Assert.Equal(
            $$$"""
            model        {{{model.Path}}}
            size         4.8 MiB (5,000,252 bytes)
            sha256       {{{model.Sha256}}}
            files        model.onnx  252 bytes                  {{{model.Files[0].Sha256}}}
                         w.bin       4.8 MiB (5,000,000 bytes)  {{{model.Files[1].Sha256}}}
            graph        tiny
            description  Tells digits.
            producer     by hand 1.0
            IR version   8
            opsets       ai.onnx        17
                         com.microsoft  1
                         org.example    1
            operators    Abs x2, com.microsoft:Gelu
            parameters   1,250,000
            metadata     author  Ada
            inputs       mask  bool   []
                         x     float  [batch, 2]
            outputs      y     float  [batch, 2]

            sample request, for POST /score:
            {"data": {"mask": false, "x": [[0,0]]}}

            """.ReplaceLineEndings("\n"),
            Text(model));
    }

    [Fact]
    public async Task The_JSON_is_one_document_with_everything()
    {
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph.Message(11, Value("any", 7, null)).Message(11, Value("open", 1, 1, null))))
            .Text(4, "org.example").Number(5, 3).Message(14, Entry("author", "Ada")).Text(6, "Tells digits."));
        string json = Json(model);

        Assert.EndsWith("}\n", json, StringComparison.Ordinal);
        Assert.Equal(json.Length - 1, json.IndexOf('\n', StringComparison.Ordinal));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(
            $$$"""
            {"schema":"deployer.model/1","path":{{{JsonSerializer.Serialize(model.Path)}}},"size":{{{model.Size}}},"sha256":"{{{model.Sha256}}}",
            "files":[{"path":"model.onnx","size":{{{model.Size}}},"sha256":"{{{model.Sha256}}}"}],
            "irVersion":8,"producer":{"name":"by hand","version":"1.0"},"domain":"org.example","modelVersion":3,"graph":"tiny","description":"Tells digits.",
            "opsetImports":{"ai.onnx":17},"metadata":{"author":"Ada"},"parameterCount":0,"operators":[{"domain":"ai.onnx","name":"Abs","count":1}],
            "inputs":[{"name":"any","type":"int64","shape":null},{"name":"open","type":"float","shape":[1,null]},{"name":"x","type":"float","shape":["batch",2]}],
            "outputs":[{"name":"y","type":"float","shape":["batch",2]}],
            "sampleRequest":{"data":{"any":[0],"open":[[0]],"x":[[0,0]]}},"warnings":[]}
            """), JsonElement.Parse(json)), json);
    }

    [Fact]
    public async Task Names_cannot_steer_the_terminal_or_break_the_table()
    {
        const string Odd = "{\"1\": \"x\"}\n\u001b[31m\u009b2J\u202e\\ été 数字";
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph.Message(11, Value(Odd, 1, Odd)).Message(1, Node(Odd, "x", "z", Odd)).Text(10, Odd)))
            .Message(14, Entry(Odd, Odd)).Message(8, Opset(Odd, 1)));
        string text = Text(model), json = Json(model);

        const string Shown = "{\"1\": \"x\"}\\n\\u001B[31m\\u009B2J\\u202E\\\\ été 数字";
        Assert.Contains($"inputs       {Shown}  float  [{Shown}]\n", text, StringComparison.Ordinal);
        Assert.Contains($"metadata     {Shown}  {Shown}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, character => character != '\n' && (char.IsControl(character) || character == '\u202e'));
        Assert.DoesNotContain(json, character => character != '\n' && character is < ' ' or > '~');
        JsonElement input = JsonElement.Parse(json).GetProperty("inputs")[0];
        Assert.Equal((Odd, Odd), (input.GetProperty("name").GetString(), input.GetProperty("shape")[0].GetString()));
    }

    [Fact]
    public async Task Long_text_is_cut_in_the_table_and_whole_in_the_JSON()
    {
        string longText = new('x', 5000);
        OnnxModel model = await folder.ReadAsync(Model().Text(6, longText));

        Assert.Contains($"description  {longText[..200]}…\n", Text(model), StringComparison.Ordinal);
        Assert.Contains(longText, Json(model), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_stand_in_both_reports()
    {
        OnnxBytes floats = new OnnxBytes().Message(1, new OnnxBytes().Number(1, 1));
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph
            .Message(11, Typed("list", new OnnxBytes().Message(4, new OnnxBytes().Message(1, floats))))
            .Message(12, Value("y", 1, 1))
            .Message(12, Typed("many", new OnnxBytes().Message(4, new OnnxBytes().Message(1, floats))))), opset: 6));
        string[] warnings =
        [
            "It uses operator set version 6 of ai.onnx; ONNX Runtime 1.31.1 carries all operators only from version 7 on.",
            "It has more than one output named 'y'; an answer has room for one.",
            "The output 'many' is a sequence(float); the scorer answers with tensors. Ask for other outputs, or export without it (skl2onnx: options={\"zipmap\": False}).",
            "There is no sample request: the input 'list' is of the type sequence(float), which JSON requests cannot carry.",
        ];

        Assert.EndsWith(string.Concat(warnings.Select(warning => $"warning: {warning}\n")), Text(model), StringComparison.Ordinal);
        JsonElement json = JsonElement.Parse(Json(model));
        Assert.Equal(warnings, json.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("sampleRequest").ValueKind);
    }

    [Fact]
    public async Task A_long_sample_request_is_left_to_the_JSON()
    {
        OnnxModel model = await folder.ReadAsync(Model(Graph(graph => graph.Message(11, Value("image", 1, 3, 224, 224)))));

        Assert.EndsWith("\n\nwarning: The sample request is big: 150530 elements.\n\nsample request, for POST /score: 296.0 KiB (303,118 bytes) of JSON; `deployer inspect --sample` prints it\n",
            Text(model), StringComparison.Ordinal);
        Assert.Equal(3, JsonElement.Parse(Json(model)).GetProperty("sampleRequest").GetProperty("data").GetProperty("image").GetArrayLength());
    }

    private static string Text(OnnxModel model)
    {
        using var text = new StringWriter { NewLine = "\r\n" };
        ModelReport.WriteText(model, text);
        return text.ToString();
    }

    private static string Json(OnnxModel model)
    {
        using var json = new StringWriter();
        ModelReport.WriteJson(model, json);
        return json.ToString();
    }
}
