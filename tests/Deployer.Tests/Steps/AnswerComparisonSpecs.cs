using Deployer.Steps;

namespace Deployer.Tests.Steps;

public sealed class AnswerComparisonSpecs
{
    [Theory]
    [InlineData("1", "1.0", null)]
    [InlineData("1", "1.0009", null)]
    [InlineData("1", "1.0011", "the answer: expected 1, got 1.0011")]
    [InlineData("0", "0.00001", null)]
    [InlineData("0", "0.00002", "the answer: expected 0, got 0.00002")]
    [InlineData("[1,2]", "[1]", "the answer: expected 2 elements, got 1")]
    [InlineData("[[1],[2]]", "[[1],[3]]", "[1][0]: expected 2, got 3")]
    [InlineData("{\"a\":1}", "{}", "a: expected 1, got nothing")]
    [InlineData("{\"a\":1}", "{\"a\":1,\"b\":2}", "b: expected nothing, got 2")]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", null)]
    [InlineData("\"cat\"", "\"dog\"", "the answer: expected \"cat\", got \"dog\"")]
    [InlineData("\"\\u0041\"", "\"A\"", null)]
    [InlineData("true", "false", "the answer: expected true, got false")]
    [InlineData("1", "\"1\"", "the answer: expected 1, got \"1\"")]
    [InlineData("1", "\"NaN\"", "the answer: expected 1, got \"NaN\"")]
    [InlineData("\"NaN\"", "\"NaN\"", null)]
    [InlineData("null", "null", null)]
    [InlineData("9007199254740993", "9007199254740993", null)]
    public void Numbers_may_differ_by_the_tolerance_and_nothing_else_may(string expected, string actual, string? mismatch) =>
        Assert.Equal(mismatch, AnswerComparison.Of(expected, actual, 1e-5, 1e-3).Mismatch);

    [Fact]
    public void Whole_numbers_beyond_a_doubles_reach_are_told_apart_when_nothing_may_differ()
    {
        // 2^53 and 2^53 + 1 are one double.
        Assert.NotNull(AnswerComparison.Of("9007199254740992", "9007199254740993", 0, 0).Mismatch);
    }

    [Fact]
    public void The_largest_difference_is_reported_even_when_it_is_accepted() =>
        Assert.Equal(0.0005, AnswerComparison.Of("[1, 2]", "[1.0005, 2]", 1e-5, 1e-3).LargestDifference, 12);
}
