using System.Diagnostics;
using System.Text.RegularExpressions;

namespace EndToEnd.Tests;

/// <summary>What a person sees who sits in front of it, through script(1) and its pseudo-terminal.</summary>
public sealed partial class TerminalSpecs : IAsyncDisposable
{
    private readonly TestWorkspace workspace = TestWorkspace.Create();

    public ValueTask DisposeAsync() => workspace.DisposeAsync();

    [Fact]
    public async Task Each_step_has_a_line_that_keeps_itself_up_to_date_and_the_answer_comes_below_them()
    {
        string screen = await OnATerminalAsync("deploy");
        string plain = Escapes().Replace(screen, "");
        Assert.Contains("waiting for the scorer to start", plain, StringComparison.Ordinal);
        Assert.Matches("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] start-revision", plain);
        foreach (string step in (string[])["register-model", "build-image", "start-revision", "verify", "promote", "confirm"])
            Assert.Matches($"✓ {step} +done in [0-9.]+ s", plain);
        Assert.True(plain.LastIndexOf("✓ retire", StringComparison.Ordinal) < plain.IndexOf("mnist is live at http://127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains("\e[?25h", screen[screen.LastIndexOf("\e[?25l", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_pipeline_a_terminal_gets_plain_lines()
    {
        string screen = await OnATerminalAsync("deploy", ("TF_BUILD", "True"));
        Assert.DoesNotContain("\e[?25l", screen, StringComparison.Ordinal);
        Assert.DoesNotMatch("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏✓]", screen);
        Assert.Contains("verify           done in", screen, StringComparison.Ordinal);
    }

    private async Task<string> OnATerminalAsync(string verb, params (string Name, string Value)[] environment)
    {
        string script = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", $"stty cols 120 rows 40; '{DeployerProgram.Executable}' {verb}", script])
        {
            WorkingDirectory = workspace.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string ci in (string[])["GITHUB_ACTIONS", "TF_BUILD", "CI"]) start.Environment.Remove(ci);
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        try
        {
            using var run = new DeployerRun(start);
            return (await run.WaitAsync()).Expect(0).Out;
        }
        finally
        {
            File.Delete(script);
        }
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escapes();
}
