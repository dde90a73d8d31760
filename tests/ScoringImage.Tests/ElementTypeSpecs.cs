using System.Net;

namespace ScoringImage.Tests;

/// <summary>One scorer whose model gives every element type back as it came.</summary>
public sealed class EveryTypeScorer : IAsyncLifetime
{
    internal ScorerProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await ScorerProcess.StartAsync(SmallModels.EveryType());

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    /// <summary>Scores one vector; the other inputs are empty.</summary>
    internal Task<(HttpStatusCode Status, string Body)> ScoreAsync(string type, string elements)
    {
        var data = SmallModels.ElementTypes.Keys.Select(name => $"\"{name}\": {(name == type ? elements : "[]")}");
        return Process.ScoreAsync($$"""{"data": {{{string.Join(", ", data)}}}, "outputs": ["{{type}}_out"]}""");
    }
}

public sealed class ElementTypeSpecs(EveryTypeScorer scorer) : IClassFixture<EveryTypeScorer>
{
    [Theory]
    [InlineData("float", "[0,-0,0.1,1605.0474,-3.4028235E+38,1E-45,16777216]")]
    [InlineData("double", "[0,-0,0.1,0.30000000000000004,1.7976931348623157E+308,5E-324]")]
    [InlineData("float16", "[0,-0,0.1,65500,6E-08,0.3333,-2048]")]
    [InlineData("bfloat16", "[0,-0,0.1,3.39E+38,9E-41,1.01,-257]", "[0,-0,0.1,3.39E+38,9E-41,1.01,-256]")]
    [InlineData("int8", "[-128,0,127]")]
    [InlineData("int16", "[-32768,0,32767]")]
    [InlineData("int32", "[-2147483648,0,2147483647]")]
    [InlineData("int64", "[-9223372036854775808,0,9223372036854775807]")]
    [InlineData("uint8", "[0,255]")]
    [InlineData("uint16", "[0,65535]")]
    [InlineData("uint32", "[0,4294967295]")]
    [InlineData("uint64", "[0,18446744073709551615]")]
    [InlineData("bool", "[true,false,true]")]
    [InlineData("float", "[]")]
    [InlineData("string", "[]")]
    [InlineData("string", """["","plain","quote \" slash \\ line \n","Zürich 東京 😀","a\u0000b"]""", """["","plain","quote \" slash \\ line \n","Zürich 東京 \uD83D\uDE00","a\u0000b"]""")]
    public async Task Every_element_type_goes_round(string type, string sent, string? expected = null) =>
        Assert.Equal((HttpStatusCode.OK, Result(type, expected ?? sent)), await scorer.ScoreAsync(type, sent));

    [Theory]
    [InlineData("float")]
    [InlineData("double")]
    [InlineData("float16")]
    [InlineData("bfloat16")]
    public async Task What_is_no_number_is_a_string_both_ways(string type) =>
        Assert.Equal((HttpStatusCode.OK, Result(type, """["NaN","Infinity","-Infinity"]""")), await scorer.ScoreAsync(type, """["NaN","Infinity","-Infinity"]"""));

    [Fact]
    public async Task Whole_numbers_may_be_written_with_a_point_or_an_exponent() =>
        Assert.Equal((HttpStatusCode.OK, Result("int8", "[1,100,-20,0,0]")), await scorer.ScoreAsync("int8", "[1.0,1e2,-200.0E-1,0e999999999999,-0.0]"));

    [Theory]
    [InlineData("float", "3.4028236e38", "number 3.4028236e38 at data.float[1] is out of range for float")]
    [InlineData("double", "1e400", "number 1e400 at data.double[1] is out of range for double")]
    [InlineData("float16", "65520", "number 65520 at data.float16[1] is out of range for float16")]
    [InlineData("bfloat16", "3.4e38", "number 3.4e38 at data.bfloat16[1] is out of range for bfloat16")]
    [InlineData("int8", "128", "number 128 at data.int8[1] is out of range for int8")]
    [InlineData("int16", "-32769", "number -32769 at data.int16[1] is out of range for int16")]
    [InlineData("int32", "1e10", "number 1e10 at data.int32[1] is out of range for int32")]
    [InlineData("int64", "9223372036854775808", "number 9223372036854775808 at data.int64[1] is out of range for int64")]
    [InlineData("uint8", "-1", "number -1 at data.uint8[1] is out of range for uint8")]
    [InlineData("uint16", "1e999999999999", "number 1e999999999999 at data.uint16[1] is out of range for uint16")]
    [InlineData("uint64", "18446744073709551616", "number 18446744073709551616 at data.uint64[1] is out of range for uint64")]
    [InlineData("int32", "1.5", "expected int32, got number 1.5, which is not whole, at data.int32[1]")]
    [InlineData("int64", "1e-400", "expected int64, got number 1e-400, which is not whole, at data.int64[1]")]
    [InlineData("bool", "1", "expected bool, got number 1 at data.bool[1]")]
    [InlineData("string", "1", "expected string, got number 1 at data.string[1]")]
    [InlineData("string", "\"\\ud800\"", "the string at data.string[1] is not valid Unicode text")]
    [InlineData("int32", "\"NaN\"", "expected int32, got string \"NaN\" at data.int32[1]")]
    public async Task An_element_that_does_not_fit_is_refused(string type, string element, string problem)
    {
        var first = type switch { "bool" => "true", "string" => "\"\"", _ => "0" };
        Assert.Equal((HttpStatusCode.BadRequest, BadRequestSpecs.Error($"input \"{type}\": {problem}")), await scorer.ScoreAsync(type, $"[{first},{element}]"));
    }

    private static string Result(string type, string elements) =>
        $$$"""{"result":{"{{{type}}}_out":{{{elements}}}}}""";
}
