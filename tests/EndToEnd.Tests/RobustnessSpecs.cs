namespace EndToEnd.Tests;

/// <summary>What breaks around a run: the command line, the streams, the disk, the files.</summary>
public sealed class RobustnessSpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Theory]
    [InlineData("--timeout takes a whole number of seconds", "deploy", "--timeout", "99999999999999")]
    [InlineData("--timeout takes a whole number of seconds", "deploy", "--timeout", "-o", "json")]
    [InlineData("--output takes text or json, not 'xml'.", "status", "--output", "xml")]
    [InlineData("--tail takes a whole number of lines, not '-5'.", "logs", "--tail", "-5")]
    [InlineData("--revision takes the number of a revision, not 'x'.", "logs", "--revision", "x")]
    [InlineData("--to takes a whole number, not 'first'.", "rollback", "--to", "first")]
    [InlineData("There is no option '--tagret'; did you mean '--target'?", "deploy", "--tagret", "local")]
    public async Task A_wrong_command_line_is_answered_in_plain_words(string said, params string[] arguments)
    {
        ProgramResult refused = (await workspace.RunAsync(arguments)).Expect(2);
        Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Deployer.", refused.Error, StringComparison.Ordinal);
    }
}
