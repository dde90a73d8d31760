using System.Net;
using System.Net.Sockets;

namespace ScoringImage.Tests;

public sealed class StartSpecs
{
    [Fact]
    public async Task The_scorer_is_alive_at_once_and_ready_after_the_warm_up()
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.Slow(iterations: 1_000_000));
        await scorer.WhenListeningAsync();
        Assert.Equal(HttpStatusCode.OK, (await scorer.GetAsync("/health/live")).Status);
        Assert.Equal((HttpStatusCode.OK, "Healthy"), await scorer.GetAsync("/"));

        var (status, body) = await scorer.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Matches("""^{"error":"the model is being (loaded|warmed up)"}$""", body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await scorer.ScoreAsync("""{"data": 0}""")).Status);
        Assert.DoesNotContain(" info ready\n", scorer.Output, StringComparison.Ordinal);

        await scorer.WhenReadyAsync();
        Assert.Equal((HttpStatusCode.OK, """{"result":{"count":1000001}}"""), await scorer.ScoreAsync("""{"data": 1}"""));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info listening on http://127\.0\.0\.1:\d+\n", scorer.Output);
        Assert.Matches(@" info model loaded in \d+ ms: n int64\[\] -> count int64\[\]\n", scorer.Output);
        Assert.Contains(" info ready\n", scorer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_ends_it_with_3()
    {
        await using var scorer = ScorerProcess.Launch(model: null);
        Assert.Equal(3, await scorer.WhenExitedAsync());
        Assert.StartsWith($"error: model {Path.Combine(scorer.Folder, "model.onnx")}: ", scorer.Errors, StringComparison.Ordinal);
        Assert.Contains("File doesn't exist", scorer.Errors, StringComparison.Ordinal);
        Assert.Equal(1, scorer.Errors.Count(character => character == '\n'));
    }

    [Fact]
    public async Task A_file_that_is_no_model_ends_it_with_3()
    {
        await using var scorer = ScorerProcess.Launch("no model at all"u8.ToArray());
        Assert.Equal(3, await scorer.WhenExitedAsync());
        Assert.Contains("Protobuf parsing failed", scorer.Errors, StringComparison.Ordinal);
        Assert.Equal(1, scorer.Errors.Count(character => character == '\n'));
    }

    [Fact]
    public async Task An_input_that_no_request_can_carry_ends_it_with_3()
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.SequenceInput());
        Assert.Equal(3, await scorer.WhenExitedAsync());
        Assert.EndsWith(
            ": input \"items\" is sequence(float[n]), which this server cannot receive; it takes tensors of numbers, bool and string\n",
            scorer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OnnxFile.Float8)]
    [InlineData(OnnxFile.Int4)]
    public async Task An_element_type_the_binding_does_not_know_ends_it_with_3(int type)
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.Cast(type));
        Assert.Equal(3, await scorer.WhenExitedAsync());
        Assert.Contains("Unregistered TensorElementType value", scorer.Errors, StringComparison.Ordinal);
        Assert.Equal(1, scorer.Errors.Count(character => character == '\n'));
    }

    [Fact]
    public async Task A_configured_output_the_model_has_not_ends_it_with_3()
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.Image(), """{"model": "model.onnx", "outputs": ["digits"]}""");
        Assert.Equal(3, await scorer.WhenExitedAsync());
        Assert.EndsWith(": outputs: \"digits\" is not an output of the model; there are: digit, twice\n", scorer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model": "model.onnx", "prot": 1}""", ": prot: unknown member; there are: model, outputs, port, routes, execution_provider")]
    [InlineData("""{"model": "model.onnx", "routes": {"score": "/"}}""", ": routes.score: unknown member; there are: scoring, liveness, readiness")]
    [InlineData("""{"model": "model.onnx", "routes": {"scoring": "score"}}""", ": routes.scoring: \"score\" does not start with '/'")]
    [InlineData("""{"model": "model.onnx", "routes": {"scoring": "/health/live"}}""", ": routes.liveness: \"/health/live\" is already the path of another route")]
    [InlineData("""{"model": "model.onnx", "routes": []}""", ": routes: must be an object")]
    [InlineData("""{"model": 1}""", ": model: must be a string that is not empty")]
    [InlineData("""{}""", ": model: is required")]
    [InlineData("""[]""", ": must be a JSON object")]
    [InlineData("""{"model": "model.onnx", "outputs": "digit"}""", ": outputs: must be an array of strings")]
    [InlineData("""{"model": "model.onnx", "port": 65536}""", ": port: must be a whole number from 0 to 65535")]
    [InlineData("""{"model": "model.onnx", "execution_provider": "cuda"}""", ": execution_provider: \"cuda\" is not one of: cpu")]
    public async Task A_wrong_configuration_ends_it_with_2_and_names_file_and_member(string config, string problem)
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.Image(), config);
        Assert.Equal(2, await scorer.WhenExitedAsync());
        Assert.Equal($"error: {Path.Combine(scorer.Folder, "scoring.json")}{problem}\n", scorer.Errors);
    }

    [Theory]
    [InlineData("SCORER_PORT", "80000", "SCORER_PORT: \"80000\" is not a port number from 0 to 65535")]
    [InlineData("SCORER_ADDRESS", "localhost", "SCORER_ADDRESS: \"localhost\" is not an IP address such as 127.0.0.1")]
    [InlineData("SCORER_DRAIN_SECONDS", "soon", "SCORER_DRAIN_SECONDS: \"soon\" is not a number of seconds from 0 to 3600")]
    public async Task A_wrong_variable_ends_it_with_2(string name, string value, string problem)
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.Image(), environment: [(name, value)]);
        Assert.Equal(2, await scorer.WhenExitedAsync());
        Assert.Equal($"error: {problem}\n", scorer.Errors);
    }

    [Fact]
    public async Task A_missing_or_broken_configuration_file_ends_it_with_2()
    {
        await using var broken = ScorerProcess.Launch(SmallModels.Image(), "{\"model\": ");
        Assert.Equal(2, await broken.WhenExitedAsync());
        Assert.StartsWith($"error: {Path.Combine(broken.Folder, "scoring.json")}: ", broken.Errors, StringComparison.Ordinal);

        await using var missing = ScorerProcess.Launch(SmallModels.Image(), environment: [("SCORER_CONFIG", "/nowhere/scoring.json")]);
        Assert.Equal(2, await missing.WhenExitedAsync());
        Assert.StartsWith("error: /nowhere/scoring.json: cannot be read: ", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_overrides_model_and_port_and_the_file_sets_routes()
    {
        var port = FreePort();
        const string Config = """{"model": "absent.onnx", "port": 1, "routes": {"scoring": "/v1/score", "liveness": "/live", "readiness": "/ready"}}""";
        await using var scorer = ScorerProcess.Launch(
            SmallModels.Sum(), Config, ("SCORER_MODEL", "../model.onnx"), ("SCORER_PORT", $"{port}"));
        await scorer.WhenListeningAsync();
        Assert.Equal(port, scorer.Port);
        while ((await scorer.GetAsync("/ready")).Status != HttpStatusCode.OK)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, (await scorer.GetAsync("/live")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await scorer.ScoreAsync("{}")).Status);
        Assert.Equal(
            (HttpStatusCode.OK, """{"result":{"sum":[3]}}"""),
            await scorer.SendAsync(HttpMethod.Post, "/v1/score", new StringContent("""{"data": {"a": [1], "b": [2]}}""")));
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_4()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        await using var scorer = ScorerProcess.Launch(SmallModels.Sum(), environment: [("SCORER_PORT", $"{port}")]);
        Assert.Equal(4, await scorer.WhenExitedAsync());
        Assert.StartsWith($"error: cannot listen on 127.0.0.1:{port}: ", scorer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Onnx_Runtime_leaves_no_file_in_the_home_folder()
    {
        await using var scorer = ScorerProcess.Launch(SmallModels.Sum(), environment: [("ORT_DISABLE_TELEMETRY", ""), ("XDG_CACHE_HOME", "")]);
        await scorer.WhenListeningAsync();
        await scorer.WhenReadyAsync();
        Assert.Equal(HttpStatusCode.OK, (await scorer.ScoreAsync("""{"data": {"a": [1], "b": [2]}}""")).Status);
        scorer.Signal(ScorerProcess.SigTerm);
        Assert.Equal(0, await scorer.WhenExitedAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(scorer.Folder, "home")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
