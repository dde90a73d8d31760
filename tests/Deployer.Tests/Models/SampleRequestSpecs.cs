using System.Text.Json;
using Deployer.Models;
using static Deployer.Tests.Models.OnnxBytes;

namespace Deployer.Tests.Models;

public sealed class SampleRequestSpecs : IDisposable
{
    private readonly ModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task One_input_is_given_without_its_name() =>
        Assert.Equal("{\"data\": [[0,0]]}", (await SampleAsync()).Json);

    [Fact]
    public async Task Several_inputs_are_given_by_name_whatever_their_types_and_shapes()
    {
        SampleRequest sample = await SampleAsync(
            Value("scalar", 11), Value("flag", 9, "n", null), Value("text", 8, 2), Value("any rank", 7, null), Value("empty", 1, 0), Value("say \"\u001b[31m\"\n", 10, 1));

        Assert.Equal(
            "{\"data\": {\"scalar\": 0, \"flag\": [[false]], \"text\": [\"\",\"\"], \"any rank\": [0], \"empty\": [], "
            + "\"say \\u0022\\u001B[31m\\u0022\\n\": [0], \"x\": [[0,0]]}}",
            sample.Json);
        Assert.Null(sample.Note);
        using var document = JsonDocument.Parse(sample.Json!);
        Assert.True(document.RootElement.GetProperty("data").TryGetProperty("say \"\u001b[31m\"\n", out _));
    }

    [Fact]
    public async Task No_inputs_make_an_empty_object()
    {
        OnnxBytes graph = new OnnxBytes().Message(1, Node("Constant", "", "y")).Message(12, Value("y", 1, 1));
        OnnxModel model = await folder.ReadAsync(Model(graph));

        Assert.Equal("{\"data\": {}}", SampleRequest.For(model).Json);
        Assert.Equal(["It has no inputs: every request gets the same answer."], model.Warnings);
    }

    [Fact]
    public async Task A_long_request_has_a_row_a_line()
    {
        SampleRequest sample = await SampleAsync(Value("image", 1, "batch", 2, 3, 8));
        string row = "[0,0,0,0,0,0,0,0]";

        Assert.Equal($"{{\"data\": {{\n\"image\": [[[\n{row}, \n{row}, \n{row}], [\n{row}, \n{row}, \n{row}]]], \n\"x\": [\n[0,0]]}}}}".Replace(", \n", ",\n", StringComparison.Ordinal), sample.Json);
        Assert.DoesNotContain('\n', sample.CompactJson!);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(sample.Json!), JsonElement.Parse(sample.CompactJson!)));
    }

    [Fact]
    public async Task A_big_request_is_whole_and_said_to_be_big()
    {
        SampleRequest sample = await SampleAsync(Value("image", 1, 3, 224, 224));

        Assert.Equal("The sample request is big: 150530 elements.", sample.Note);
        Assert.Equal(224, JsonElement.Parse(sample.Json!).GetProperty("data").GetProperty("image")[2][223].GetArrayLength());
    }

    [Theory]
    [InlineData(20_000_000, 1)]
    [InlineData(20_000_000, 0)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public async Task None_is_written_that_would_fill_the_disk(long one, long other)
    {
        SampleRequest sample = await SampleAsync(Value("huge", 1, one, other));

        Assert.Null(sample.Json);
        Assert.Equal("There is no sample request: with every open dimension at 1 it would have over 10000000 elements.", sample.Note);
    }

    [Fact]
    public async Task None_is_written_that_no_JSON_reader_takes()
    {
        SampleRequest sample = await SampleAsync(Value("deep", 1, [.. Enumerable.Repeat<object>(1, 63)]));

        Assert.Equal("There is no sample request: the input 'deep' has 63 dimensions, more than JSON readers take.", sample.Note);
        Assert.NotNull(JsonElement.Parse((await SampleAsync(Value("deep", 1, [.. Enumerable.Repeat<object>(1, 62)]))).Json!).ToString());
    }

    [Theory]
    [InlineData(14, "complex64")]
    [InlineData(17, "float8e4m3fn")]
    [InlineData(22, "int4")]
    [InlineData(99, "type 99")]
    public async Task Types_that_JSON_cannot_carry_get_a_reason_instead(int type, string name)
    {
        SampleRequest sample = await SampleAsync(Value("v", type, 1));

        Assert.Null(sample.Json);
        Assert.Equal($"There is no sample request: the input 'v' is of the type {name}, which JSON requests cannot carry.", sample.Note);
    }

    private async Task<SampleRequest> SampleAsync(params OnnxBytes[] inputs) => SampleRequest.For(await folder.ReadAsync(Model(Graph(graph =>
    {
        foreach (OnnxBytes input in inputs)
            graph.Message(11, input);
    }))));
}
