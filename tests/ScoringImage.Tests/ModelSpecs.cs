using System.Net;

namespace ScoringImage.Tests;

public sealed class ModelSpecs
{
    [Fact]
    public async Task Several_inputs_go_by_name_in_any_order()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Sum());
        Assert.Equal((HttpStatusCode.OK, """{"result":{"sum":[11,22]}}"""), await scorer.ScoreAsync("""{"data": {"b": [10,20], "a": [1,2]}}"""));
        Assert.Equal((HttpStatusCode.OK, """{"result":{"sum":[]}}"""), await scorer.ScoreAsync("""{"data": {"b": [], "a": []}}"""));
        Assert.Equal((HttpStatusCode.OK, """{"result":{"sum":[11,12]}}"""), await scorer.ScoreAsync("""{"data": {"a": [10], "b": [1,2]}}"""));
        Assert.Equal(
            (HttpStatusCode.BadRequest, BadRequestSpecs.Error("data must be an object with the inputs a, b, got an array")),
            await scorer.ScoreAsync("""{"data": [1,2]}"""));
        Assert.Equal(
            (HttpStatusCode.BadRequest, BadRequestSpecs.Error("missing input \"b\"; expected b float[n]")),
            await scorer.ScoreAsync("""{"data": {"a": [1,2]}}"""));
    }

    [Fact]
    public async Task Inputs_that_disagree_on_a_named_dimension_are_refused_when_the_run_fails()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Sum());
        var (status, body) = await scorer.ScoreAsync("""{"data": {"a": [1,2], "b": [1,2,3]}}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("""{"error":"input \"b\": dimension 0 (n) is 3, but input \"a\" has 2 for it: """, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_fails_is_500_with_the_reason_and_the_scorer_lives()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.LookUp());
        var (status, body) = await scorer.ScoreAsync("""{"data": [5]}""");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("out of data bounds", body, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, """{"result":{"entry":[42]}}"""), await scorer.ScoreAsync("""{"data": [0]}"""));
    }

    [Fact]
    public async Task A_scalar_is_a_bare_value()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Identity(OnnxFile.Int64, []));
        Assert.Equal((HttpStatusCode.OK, """{"result":{"y":16000}}"""), await scorer.ScoreAsync("""{"data": 16000}"""));
        Assert.Equal((HttpStatusCode.OK, """{"result":{"y":-1}}"""), await scorer.ScoreAsync("""{"data": {"x": -1}}"""));
        Assert.Equal(
            (HttpStatusCode.BadRequest, BadRequestSpecs.Error("input \"x\": expected 0 dimensions [], got 1")),
            await scorer.ScoreAsync("""{"data": [16000]}"""));
    }

    [Fact]
    public async Task A_model_that_does_not_say_its_rank_takes_any()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Identity(OnnxFile.Float, null));
        foreach (var value in new[] { "1.5", "[1,2]", "[[[[1]]],[[[2]]]]", "[]", "[[],[]]" })
            Assert.Equal((HttpStatusCode.OK, $$$"""{"result":{"y":{{{value}}}}}"""), await scorer.ScoreAsync($$"""{"data": {{value}}}"""));
        Assert.Equal(
            (HttpStatusCode.BadRequest, BadRequestSpecs.Error("input \"x\": ragged array: data[1] is number 2, expected an array")),
            await scorer.ScoreAsync("""{"data": [[1],2]}"""));
        Assert.Contains(": x float[...] -> y float[...]\n", scorer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", 0, 3)]
    [InlineData("[[],[]]", 2, 0)]
    [InlineData("[[[],[]]]", "n", 2, 0)]
    public async Task Zero_sized_dimensions_go_round(string value, params object[] shape)
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Identity(OnnxFile.Float, shape));
        Assert.Equal((HttpStatusCode.OK, $$$"""{"result":{"y":{{{value}}}}}"""), await scorer.ScoreAsync($$"""{"data": {{value}}}"""));
    }

    [Fact]
    public async Task Sequences_and_maps_are_arrays_and_objects()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Classifier());
        Assert.Equal(
            (HttpStatusCode.OK,
            """{"result":{"by_name":[{"\"dog\"":0.75,"cat":0.25},{"\"dog\"":"NaN","cat":1}],"by_number":[{"-1":0.75,"7":0.25},{"-1":"NaN","7":1}],"rows":[[[0.25,0.75],[1,"NaN"]],[[0.25,0.75],[1,"NaN"]]]}}"""),
            await scorer.ScoreAsync("""{"data": [[0.25,0.75],[1,"NaN"]]}"""));
        Assert.Contains(
            "probabilities float[n,2] -> by_name sequence(map(string,float)), by_number sequence(map(int64,float)), rows sequence(float[n,2])",
            scorer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Optional_outputs_can_be_left_out_and_are_refused_otherwise()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Optionals(), """{"model": "model.onnx", "outputs": ["same"]}""");
        Assert.Equal((HttpStatusCode.OK, """{"result":{"same":[1,2]}}"""), await scorer.ScoreAsync("""{"data": [1,2]}"""));

        await using var refused = ScorerProcess.Launch(SmallModels.Optionals());
        Assert.Equal(3, await refused.WhenExitedAsync());
        Assert.EndsWith(
            ": output \"none\" is optional(float[n]), which this server cannot write; leave it out of \"outputs\"\n",
            refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Odd_names_are_names_like_any_other()
    {
        const string Input = "{\"1\": \"x\"}";
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Identity(OnnxFile.Float, [1], Input, "onnx::Flatten_0"));
        Assert.Equal((HttpStatusCode.OK, """{"result":{"onnx::Flatten_0":[1]}}"""), await scorer.ScoreAsync("""{"data": {"{\"1\": \"x\"}": [1]}}"""));
        Assert.Equal(
            (HttpStatusCode.BadRequest, BadRequestSpecs.Error($"input \"{Input}\": expected float, got null at data[\"{Input}\"][0]")),
            await scorer.ScoreAsync("""{"data": {"{\"1\": \"x\"}": [null]}}"""));
    }

    [Fact]
    public async Task The_configured_outputs_are_answered_and_a_request_may_choose_fewer()
    {
        const string Data = "[[[1,2,3],[4,5,6]]]";
        const string Digit = "\"digit\":[[[1,2,3],[4,5,6]]]";
        const string Twice = "\"twice\":[[[2,4,6],[8,10,12]]]";
        await using var all = await ScorerProcess.StartAsync(SmallModels.Image(), """{"model": "model.onnx", "outputs": []}""");
        Assert.Equal((HttpStatusCode.OK, $$$"""{"result":{{{{Digit}}},{{{Twice}}}}}"""), await all.ScoreAsync($$"""{"data": {{Data}}, "outputs": []}"""));
        Assert.Equal((HttpStatusCode.OK, $$$"""{"result":{{{{Twice}}}}}"""), await all.ScoreAsync($$"""{"data": {{Data}}, "outputs": ["twice"]}"""));
        Assert.Equal((HttpStatusCode.OK, $$$"""{"result":{{{{Digit}}},{{{Twice}}}}}"""), await all.ScoreAsync($$"""{"data": {{Data}}, "outputs": ["twice", "digit"]}"""));

        await using var one = await ScorerProcess.StartAsync(SmallModels.Image(), """{"model": "model.onnx", "outputs": ["digit"]}""");
        Assert.Equal((HttpStatusCode.OK, $$$"""{"result":{{{{Digit}}}}}"""), await one.ScoreAsync($$"""{"data": {{Data}}}"""));
        Assert.Equal(
            (HttpStatusCode.BadRequest, BadRequestSpecs.Error("unknown output \"twice\"; there are: digit")),
            await one.ScoreAsync($$"""{"data": {{Data}}, "outputs": ["twice"]}"""));
    }

    [Fact]
    public async Task Runs_may_overlap()
    {
        await using var scorer = await ScorerProcess.StartAsync(SmallModels.Sum());
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => scorer.ScoreAsync($$$"""{"data": {"a": [{{{i}}}], "b": [1000]}}""")));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (HttpStatusCode.OK, $$$"""{"result":{"sum":[{{{1000 + i}}}]}}""")), answers);
    }
}
