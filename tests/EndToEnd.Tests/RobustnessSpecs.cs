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

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    public async Task A_dead_stderr_stops_nothing(string redirection)
    {
        ProgramResult deployed = await ShellAsync($"\"$0\" deploy -o json {redirection}");
        Assert.Equal("mnist", (string)deployed.Expect(0).Document["name"]!);
        (await ShellAsync($"\"$0\" status nobody {redirection}")).Expect(6);
    }

    [Fact]
    public async Task With_every_stream_closed_the_work_is_done_and_the_exit_code_says_that_the_answer_is_lost()
    {
        (await ShellAsync("\"$0\" deploy <&- >&- 2>&-")).Expect(2);
        Assert.Contains("mnist  serving", (await workspace.RunAsync("status")).Expect(0).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status >/dev/full")]
    [InlineData("status >&-")]
    [InlineData("status -o json >/dev/full")]
    [InlineData("--help >/dev/full")]
    [InlineData("--version >&-")]
    public async Task An_answer_that_cannot_be_written_is_a_file_that_cannot_be_written(string command) =>
        Assert.Contains("The answer could not be written: ", (await ShellAsync($"\"$0\" {command}")).Expect(2).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_reader_that_went_away_is_no_error() =>
        (await ShellAsync("set -o pipefail; \"$0\" --help | head -1")).Expect(0);

    [Fact]
    public async Task A_current_folder_that_was_deleted_is_told_plainly()
    {
        ProgramResult refused = (await ShellAsync("mkdir gone && cd gone && rmdir ../gone && \"$0\" deploy")).Expect(2);
        Assert.Contains("The current folder does not exist any more.", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_that_cannot_be_used_is_no_bug()
    {
        Directory.CreateDirectory(workspace.State);
        await File.WriteAllTextAsync(workspace[".deployer/endpoints"], "", TestContext.Current.CancellationToken);
        Assert.Contains("(FileAccess, exit code 2)", (await workspace.RunAsync("deploy")).Expect(2).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(workspace.JournalFile), "no run was begun");
        Assert.Contains("(FileAccess, exit code 2)", (await workspace.RunAsync("build", "--to", "oci-layout:/proc/x")).Expect(2).Error, StringComparison.Ordinal);
        Assert.Equal("FileAccess", (string)JournalLines.Read(workspace.JournalFile)[^1]["data"]!["code"]!);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("{\"name\":null,\"version\":1,\"sha256\":null,\"description\":null,\"tags\":null,\"properties\":null,\"files\":null,\"created\":\"2026-01-01T00:00:00Z\"}")]
    public async Task A_damaged_model_record_is_named_with_what_to_do(string content)
    {
        (await workspace.RunAsync("register")).Expect(0);
        string record = workspace[".deployer/models/models/mnist-digits/1/model.json"];
        await File.WriteAllTextAsync(record, content, TestContext.Current.CancellationToken);
        ProgramResult refused = (await workspace.RunAsync("plan")).Expect(2);
        Assert.Contains($"{record} is damaged", refused.Error, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(record)!, recursive: true);
        (await workspace.RunAsync("register")).Expect(0);
    }

    [Theory]
    [InlineData("index.json", "{\"schemaVersion\":2,\"mediaType\":null,\"manifests\":null}")]
    [InlineData("index.json", "{\"manifests\":[null]}")]
    [InlineData("index.json", "garbage")]
    [InlineData("manifest", "garbage")]
    public async Task A_damaged_image_is_built_again(string part, string content)
    {
        string built = (await workspace.RunAsync("build")).Expect(0).Out;
        string layout = workspace[".deployer/images/mnist"];
        string file = part == "manifest" ? Path.Combine(layout, "blobs/sha256", built.Split('\n')[0].Split("sha256:")[1]) : Path.Combine(layout, part);
        // As many bytes as before: nothing but what they say is wrong.
        await File.WriteAllTextAsync(file, content.PadRight((int)new FileInfo(file).Length), TestContext.Current.CancellationToken);
        ProgramResult again = (await workspace.RunAsync("build")).Expect(0);
        Assert.Equal(built.Split('\n')[0], again.Out.Split('\n')[0]);
        Assert.Contains("as planned already", (await workspace.RunAsync("build")).Expect(0).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkfifo", "a FIFO")]
    [InlineData("ln -s /dev/zero", "a character device")]
    [InlineData("mkdir", "a folder")]
    public async Task A_golden_file_that_is_no_file_is_refused_at_once(string make, string kind)
    {
        (await ShellAsync($"rm samples/mnist/golden/seven.json && {make} samples/mnist/golden/seven.json")).Expect(0);
        Assert.Contains(kind, (await workspace.RunAsync("plan")).Expect(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_golden_file_that_is_no_JSON_is_refused_before_anything_starts_and_a_byte_order_mark_is_passed_over()
    {
        string golden = workspace["samples/mnist/golden/seven.expected.json"];
        string request = workspace["samples/mnist/golden/seven.json"];
        string right = await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(golden, "{\n  \"result\": nonsense\n}", TestContext.Current.CancellationToken);
        Assert.Contains($"{golden}:2:14: this is not JSON: ", (await workspace.RunAsync("deploy")).Expect(2).Error, StringComparison.Ordinal);
        Assert.Empty(workspace.Processes());

        await File.WriteAllTextAsync(golden, right, System.Text.Encoding.UTF8, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(request, await File.ReadAllTextAsync(request, TestContext.Current.CancellationToken), System.Text.Encoding.UTF8, TestContext.Current.CancellationToken);
        await workspace.DeployAsync();
        (await workspace.RunAsync("invoke", "--data", "samples/mnist/golden/seven.json")).Expect(0);
        (await ShellAsync("mkfifo pipe")).Expect(0);
        foreach (string source in (string[])["pipe", "/dev/zero", "samples"])
            Assert.Contains("cannot be read", (await workspace.RunAsync("invoke", "--data", source)).Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("(100 MiB)", (await ShellAsync("\"$0\" invoke --data - </dev/zero")).Expect(2).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Usage", "deploy", "--tagret", "-o", "json")]
    [InlineData("Usage", "deploy", "--output=json", "--timeout", "soon")]
    [InlineData("FileAccess", "inspect", "nowhere.onnx", "-o", "json")]
    public async Task With_JSON_asked_for_every_failure_is_JSON_even_in_a_pipeline(string code, params string[] arguments)
    {
        ProgramResult refused = (await DeployerProgram.RunAsync(workspace.Folder, arguments, ("GITHUB_ACTIONS", "true"))).Expect(2);
        Assert.Equal(["version", "error"], refused.Events.Select(e => (string)e["type"]!));
        Assert.Equal((code, 2), ((string)refused.Events[1]["code"]!, (int)refused.Events[1]["exitCode"]!));
    }

    [Fact]
    public async Task The_version_is_told_whatever_the_output() =>
        Assert.Equal((await workspace.RunAsync("--version")).Expect(0).Out, (await workspace.RunAsync("--version", "-o", "json")).Expect(0).Out);

    [Fact]
    public async Task GitHub_is_told_of_a_file_by_its_path_in_the_checkout()
    {
        workspace.Edit("config/deployment.yaml", "model:", "modle:");
        ProgramResult refused = await DeployerProgram.RunAsync(workspace.Folder, ["plan"], ("GITHUB_ACTIONS", "true"), ("GITHUB_WORKSPACE", Path.GetDirectoryName(workspace.Folder)!));
        Assert.Contains($",file={Path.GetFileName(workspace.Folder)}/config/deployment.yaml,line=", refused.Expect(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_had_by_any_of_its_names_and_ends_with_the_exit_codes()
    {
        string help = (await workspace.RunAsync("--help")).Expect(0).Out;
        Assert.Contains("  70             a bug in the deployer\n", help[help.IndexOf("Exit codes:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Equal(help, (await workspace.RunAsync("help")).Expect(0).Out);
        ProgramResult alone = (await workspace.RunAsync()).Expect(2);
        Assert.Empty(alone.Out);
        Assert.StartsWith(help, alone.Error, StringComparison.Ordinal);
        Assert.Equal((await workspace.RunAsync("deploy", "--help")).Expect(0).Out, (await workspace.RunAsync("help", "deploy")).Expect(0).Out);
        Assert.Contains("did you mean 'deploy'?", (await workspace.RunAsync("help", "deplyo")).Expect(2).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delete ", "mnist")]
    [InlineData("status ", "mnist")]
    [InlineData("deploy --output ", "json")]
    public async Task Names_and_values_are_completed(string line, string offered)
    {
        string[] arguments = [$"[suggest:{line.Length}]", line];
        (await workspace.RunAsync(arguments)).Expect(0);
        Directory.CreateDirectory(workspace[".deployer/endpoints/mnist"]);
        Assert.Contains(offered, (await workspace.RunAsync(arguments)).Expect(0).Out.Split('\n'));
    }

    [Fact]
    public async Task Init_asks_which_of_several_models_is_meant_and_tells_of_a_path_that_it_keeps()
    {
        await using TestWorkspace fresh = TestWorkspace.Empty();
        foreach (string name in (string[])["b.onnx", "a.onnx"]) File.Copy(workspace["samples/mnist/model.onnx"], fresh[name]);
        Assert.Contains("There are: a.onnx, b.onnx.\n  Pass --model FILE.", (await fresh.RunAsync("init")).Expect(2).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(fresh["workspace.json"]));
        Assert.DoesNotContain("stays as it is", (await fresh.RunAsync("init", "--model", "a.onnx")).Expect(0).Out, StringComparison.Ordinal);
        Assert.Contains("its model.path stays as it is", (await fresh.RunAsync("init", "--model", "b.onnx")).Expect(0).Out, StringComparison.Ordinal);
        (await fresh.RunAsync("init")).Expect(0);
    }

    /// <summary>bash, with the deployer's path as $0.</summary>
    private Task<ProgramResult> ShellAsync(string script) => DeployerProgram.RunOtherAsync("bash", workspace.Folder, ["-c", script, DeployerProgram.Executable]);
}
