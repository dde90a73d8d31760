using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ScoringImage.Tests;

public sealed class ImageScorer : IAsyncLifetime
{
    internal ScorerProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await ScorerProcess.StartAsync(SmallModels.Image());

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}

/// <summary>The model is <c>image float[batch,2,3] -> digit, twice</c>.</summary>
public sealed class BadRequestSpecs(ImageScorer scorer) : IClassFixture<ImageScorer>
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("", "the body is empty; expected {\"data\": ...}")]
    [InlineData(" \n", "the body is empty; expected {\"data\": ...}")]
    [InlineData("[1]", "the body must be an object {\"data\": ...}, got an array")]
    [InlineData("null", "the body must be an object {\"data\": ...}, got null")]
    [InlineData("{}", "missing member \"data\"")]
    [InlineData("{\"inputs\": 1}", "unknown member \"inputs\"; there are: data, outputs")]
    [InlineData("{\"data\": [], \"data\": []}", "duplicate member \"data\"")]
    [InlineData("{\"data\": {}}", "missing input \"image\"; expected image float[batch,2,3]")]
    [InlineData("{\"data\": {\"picture\": []}}", "unknown input \"picture\"; there are: image")]
    [InlineData("{\"data\": {\"image\": [], \"image\": []}}", "duplicate input \"image\"")]
    [InlineData("{\"data\": [[[1,2,3],[4,5,6]]], \"outputs\": [\"digits\"]}", "unknown output \"digits\"; there are: digit, twice")]
    [InlineData("{\"data\": [[[1,2,3],[4,5,6]]], \"outputs\": \"digit\"}", "outputs must be an array of names, got string \"digit\"")]
    [InlineData("{\"data\": [[[1,2,3],[4,5,6]]], \"outputs\": [1]}", "outputs must be an array of names, got number 1 in it")]
    public async Task A_body_that_is_no_request_is_refused(string body, string message) => await AssertRefusedAsync(body, message);

    [Theory]
    [InlineData("{\"data\": [[[1,}", "invalid JSON at line 1, byte 15: '}' is an invalid start of a value.")]
    [InlineData("{\"data\":\n [[[1,", "invalid JSON at line 2, byte 6: Expected start of a property name or value, but instead reached end of data.")]
    [InlineData("{\"data\": [[[NaN,2,3],[4,5,6]]]}", "invalid JSON at line 1, byte 13: 'N' is an invalid start of a value.")]
    [InlineData("{\"data\": [[[1,2,3],[4,5,6]]]} x", "invalid JSON at line 1, byte 31: 'x' is invalid after a single JSON value. Expected end of data.")]
    [InlineData("hello", "invalid JSON at line 1, byte 1: 'h' is an invalid start of a value.")]
    public async Task Text_that_is_not_JSON_is_refused_with_its_place(string body, string message) => await AssertRefusedAsync(body, message);

    [Theory]
    [InlineData("1", "expected 3 dimensions [batch,2,3], got 0")]
    [InlineData("[[1,2,3],[4,5,6]]", "expected 3 dimensions [batch,2,3], got 2")]
    [InlineData("[[[[1,2,3],[4,5,6]]]]", "expected 3 dimensions [batch,2,3], got 4")]
    [InlineData("[[[1,2],[4,5]]]", "expected [batch,2,3], got [1,2,2]: dimension 2 must be 3, not 2")]
    [InlineData("[[[1,2,3]]]", "expected [batch,2,3], got [1,1,3]: dimension 1 must be 2, not 1")]
    [InlineData("[[]]", "expected [batch,2,3], got [1,0,3]: dimension 1 must be 2, not 0")]
    [InlineData("[[[1,2,3],[4,5]]]", "ragged array: data.image[0][1] has length 2, those before it have 3")]
    [InlineData("[[[1,2,3],[4,5,6]],[[1,2,3]]]", "ragged array: data.image[1] has length 1, those before it have 2")]
    [InlineData("[[[1,2,3],4]]", "ragged array: data.image[0][1] is number 4, expected an array")]
    [InlineData("[[[1,[2],3],[4,5,6]]]", "ragged array: data.image[0][0][1] is an array, expected float")]
    [InlineData("[[[],[4,5,6]]]", "ragged array: data.image[0][1] has length 3, those before it have 0")]
    public async Task An_array_of_the_wrong_shape_is_refused(string image, string problem) =>
        await AssertRefusedAsync($$$"""{"data": {"image": {{{image}}}}}""", $"input \"image\": {problem}");

    [Theory]
    [InlineData("[[[1,\"a\",3],[4,5,6]]]", "expected float, got string \"a\" at data.image[0][0][1]")]
    [InlineData("[[[1,2,3],[4,null,6]]]", "expected float, got null at data.image[0][1][1]")]
    [InlineData("[[[1,2,3],[4,5,true]]]", "expected float, got true at data.image[0][1][2]")]
    [InlineData("[[[{},2,3],[4,5,6]]]", "expected float, got an object at data.image[0][0][0]")]
    [InlineData("[[[1,2,3],[4,5,1e400]]]", "number 1e400 at data.image[0][1][2] is out of range for float")]
    [InlineData("null", "expected float, got null at data.image")]
    [InlineData("[null]", "expected float, got null at data.image[0]")]
    public async Task A_wrong_element_is_refused_with_its_place(string image, string problem) =>
        await AssertRefusedAsync($$$"""{"data": {"image": {{{image}}}}}""", $"input \"image\": {problem}");

    [Fact]
    public async Task The_only_input_needs_no_name_and_its_place_has_none() =>
        await AssertRefusedAsync("""{"data": [[[1,2,3],[4,5,"x"]]]}""", "input \"image\": expected float, got string \"x\" at data[0][1][2]");

    [Theory]
    [InlineData(65)]
    [InlineData(200_000)]
    public async Task Deep_nesting_is_refused(int depth) =>
        await AssertRefusedAsync($$"""{"data": {{new string('[', depth)}}{{new string(']', depth)}}}""", "the body is nested deeper than 64 levels");

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        byte[] body = [.. "{\"data\": {\""u8, 0xFF, 0xFE, .. "\": 1}}"u8];
        var answer = await scorer.Process.SendAsync(HttpMethod.Post, "/score", new ByteArrayContent(body));
        Assert.Equal((HttpStatusCode.BadRequest, Error("an input name is not valid Unicode text")), answer);
    }

    [Fact]
    public async Task A_body_with_a_byte_order_mark_and_any_content_type_is_scored()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("""{"outputs": ["digit"], "data": [[[1,2,3],[4,5,6]]]}""")];
        var answer = await scorer.Process.SendAsync(HttpMethod.Post, "/score", new ByteArrayContent(body));
        Assert.Equal((HttpStatusCode.OK, """{"result":{"digit":[[[1,2,3],[4,5,6]]]}}"""), answer);
    }

    [Fact]
    public async Task A_path_that_is_nowhere_is_404() =>
        Assert.Equal((HttpStatusCode.NotFound, Error("there is nothing at /nowhere; requests are scored at /score")), await scorer.Process.GetAsync("/nowhere"));

    [Theory]
    [InlineData("GET", "/score", "POST")]
    [InlineData("DELETE", "/score", "POST")]
    [InlineData("POST", "/health/ready", "GET")]
    [InlineData("POST", "/", "GET")]
    public async Task A_wrong_method_is_405_and_says_the_right_one(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await scorer.Process.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal([allowed], response.Content.Headers.Allow);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Error($"{method} is not allowed at {path}; use {allowed}"), await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        using var connection = await RawConnection.OpenAsync(scorer.Process.Port);
        await connection.SendAsync("POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 104857601\r\n\r\n");
        var response = await connection.ReceiveAsync();
        Assert.StartsWith("HTTP/1.1 413 ", response, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Error("the body is larger than 104857600 bytes"), response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_request_is_one_line_of_the_log_whatever_it_quotes()
    {
        await AssertRefusedAsync("{\"line\\nbreak\": 1}", "unknown member \"line\nbreak\"; there are: data, outputs");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Contains(" warn POST /score 400 unknown member \"line break\"; there are: data, outputs\n", scorer.Process.Output, StringComparison.Ordinal);
    }

    /// <summary>The body of a refusal.</summary>
    internal static string Error(string message) => JsonSerializer.Serialize(new Dictionary<string, string> { ["error"] = message }, Relaxed);

    private async Task AssertRefusedAsync(string body, string message) =>
        Assert.Equal((HttpStatusCode.BadRequest, Error(message)), await scorer.Process.ScoreAsync(body));
}
