using System.Diagnostics;
using System.Text.Json.Nodes;
using Deployer.Configuration;

namespace Deployer.Tests.Configuration;

public sealed class SchemaSpecs
{
    public static TheoryData<string, string> RefusedDocuments => new()
    {
        { "deployment", "name: mnist\n" },
        { "deployment", $"{TemporaryProject.GoodDeployment}\nscorng: {{}}\n" },
        { "deployment", $"{TemporaryProject.GoodDeployment}\nname2: x\n" },
        { "deployment", TemporaryProject.GoodDeployment.Replace("mnist", "Mnist", StringComparison.Ordinal) },
        { "deployment", $"{TemporaryProject.GoodDeployment}\ntargets: {{local: {{port: 65536}}}}\n" },
        { "deployment", $"{TemporaryProject.GoodDeployment}\ntargets: {{local: {{port: \"80\"}}}}\n" },
        { "deployment", $"{TemporaryProject.GoodDeployment}\nverification: {{absolute_tolerance: -1}}\n" },
        { "deployment", $"{TemporaryProject.GoodDeployment}\nverification: {{golden: [{{request: a.json}}]}}\n" },
        { "environment", "name: cpu\nexecution_provider: cuda\n" },
        { "environment", "name: cpu\nimage: ubuntu:24.04\n" },
        { "environment", "name: cpu\nenvironment_variables: {API_KEY: \"x\"}\n" },
        { "environment", "name: cpu\nenvironment_variables: {storage_connection_string: \"x\"}\n" },
        { "environment", "name: cpu\nenvironment_variables: {SCORER_PORT: \"1\"}\n" },
        { "environment", "name: cpu\nenvironment_variables: {ORT_DISABLE_TELEMETRY: \"0\"}\n" },
        { "environment", "name: cpu\nenvironment_variables: {THREADS: 1}\n" },
        { "environment", "name: cpu\ninference_config: {scoring_route: {path: /}}\n" },
        { "environment", "name: cpu\nresources: {requests: {memory: 512MB}}\n" },
        { "workspace", "{\"subscription_id\": \"no\", \"resource_group\": \"rg\", \"workspace_name\": \"ws-scoring\"}" },
        { "workspace", "{\"subscription_id\": \"00000000-0000-0000-0000-000000000000\", \"resource_group\": \"rg.\", \"workspace_name\": \"ws-scoring\"}" },
    };

    [Theory]
    [InlineData("workspace.schema.json")]
    [InlineData("deployment.schema.json")]
    [InlineData("environment.schema.json")]
    public void The_committed_schemas_are_what_the_code_says(string name) => Repository.IsCommitted(SchemaWriter.All[name], "config", "schemas", name);

    [Fact]
    public void The_committed_reference_page_is_what_the_code_says() => Repository.IsCommitted(ReferencePage.Write(), "docs", "configuration.md");

    public static TheoryData<string, string> AcceptedDocuments => new()
    {
        { "deployment", TemporaryProject.GoodDeployment },
        { "deployment", $"$schema: x\n{TemporaryProject.GoodDeployment}\ntargets: {{local: {{port: 0x1f90, keep_revisions: 50}}}}\n" },
        { "deployment", $"{TemporaryProject.GoodDeployment}\nverification: {{absolute_tolerance: 0, relative_tolerance: 1e-7, golden: []}}\nscoring: {{outputs: [\"1\"]}}\n" },
        { "environment", TemporaryProject.GoodEnvironment },
        { "environment", "name: cpu\nenvironment_variables: {MONKEYS: \"\", _a1: on}\nresources: {requests: {cpu: 0.25, memory: 16777216}, limits: {cpu: '2'}}\n" },
        { "environment", "name: cpu\ninference_config: {scoring_route: {path: /v1/models/mnist.predict}}\n" },
        { "workspace", TemporaryProject.GoodWorkspace },
        { "workspace", "{\"subscription_id\": \"ABCDEF00-0000-0000-0000-000000000000\", \"resource_group\": \"Größe_(1).x\", \"workspace_name\": \"w-1\"}" },
    };

    [Fact]
    public async Task Ajv_accepts_the_examples()
    {
        (string, string)[] examples = [("workspace", ReadExample("workspace.json")), ("deployment", ReadExample("config/deployment.yaml")), ("environment", ReadExample("config/environment.yaml"))];

        AssertValid(await JudgeAsync(examples));
    }

    [Fact]
    public async Task Ajv_accepts_what_the_deployer_accepts() => AssertValid(await JudgeAsync([.. AcceptedDocuments.Select(row => row.Data)]));

    [Theory]
    [MemberData(nameof(AcceptedDocuments))]
    public void The_deployer_accepts_it(string kind, string text)
    {
        using var project = new TemporaryProject();
        project.Write(kind == "workspace" ? "workspace.json" : $"config/{kind}.yaml", text);

        Assert.NotNull(project.Read());
    }

    [Fact]
    public async Task Ajv_refuses_what_the_deployer_refuses()
    {
        (string, string)[] documents = [.. RefusedDocuments.Select(row => row.Data)];

        JsonArray verdicts = await JudgeAsync(documents);

        for (int i = 0; i < documents.Length; i++)
            Assert.False(verdicts[i]!["valid"]!.GetValue<bool>(), $"accepted: {documents[i]}");
    }

    [Theory]
    [MemberData(nameof(RefusedDocuments))]
    public void The_deployer_refuses_it_too(string kind, string text)
    {
        using var project = new TemporaryProject();
        project.Write(kind == "workspace" ? "workspace.json" : $"config/{kind}.yaml", text);

        Assert.NotEmpty(project.Refusal());
    }

    [Fact]
    public async Task The_npm_package_yaml_reads_the_same_from_it_as_we_do()
    {
        string text = ReadExample("config/deployment.yaml") + """

            plain: [yes, on, 0777, 0o17, 0xff, ~, null, Null, True, false, 1_000, 12:30:00, 1.5e3, .5, +7, 2026-01-01, 1.2.3]
            quoted: ["1", 'true', "null", "\u00e9\t\"", 'it''s']
            block: |
              one
                two
            folded: >-
              a
              b
            """;

        JsonArray verdicts = await JudgeAsync([("deployment", text)]);

        ConfigNode ours = YamlReader.Read("/x.yaml", text, new Problems("/"))!;
        Assert.True(JsonNode.DeepEquals(verdicts[0]!["value"], AsJson(ours)), AsJson(ours)!.ToJsonString());
    }

    private static string ReadExample(string file) => File.ReadAllText(Repository.File(file));

    private static void AssertValid(JsonArray verdicts)
    {
        foreach (JsonNode? verdict in verdicts)
            Assert.True(verdict!["valid"]!.GetValue<bool>(), $"{verdict["errors"]}: {verdict["value"]}");
    }

    private static JsonNode? AsJson(ConfigNode node) => node switch
    {
        ConfigNode.Map map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key, AsJson(e.Value)))),
        ConfigNode.List list => new JsonArray([.. list.Items.Select(AsJson)]),
        ConfigNode.Scalar { Kind: ScalarKind.Null } => null,
        ConfigNode.Scalar { Kind: ScalarKind.Boolean } scalar => JsonValue.Create(bool.Parse(scalar.Text)),
        ConfigNode.Scalar { Kind: ScalarKind.Integer or ScalarKind.Number } scalar => JsonNode.Parse(Shapes.Number(-1e9, 1e9).Read(scalar, new Problems("/")).Value.ToString("R", null)),
        ConfigNode.Scalar scalar => JsonValue.Create(scalar.Text),
        _ => throw new InvalidOperationException(),
    };

    private static async Task<JsonArray> JudgeAsync(IReadOnlyList<(string Kind, string Text)> documents)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string tools = Repository.File("tests", "node");
        if (!Directory.Exists(Path.Combine(tools, "node_modules", "ajv")) || !await HasNodeAsync(cancellation))
            Missing("Ajv is not installed: install Node.js and run `npm ci --prefix tests/node`.");

        using Process node = Process.Start(new ProcessStartInfo("node", [Path.Combine(tools, "validate.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await node.StandardInput.WriteAsync(new JsonArray([.. documents.Select(d => new JsonObject
        {
            ["schema"] = Repository.File("config", "schemas", $"{d.Kind}.schema.json"),
            ["text"] = d.Text,
        })]).ToJsonString().AsMemory(), cancellation);
        node.StandardInput.Close();
        string verdicts = await node.StandardOutput.ReadToEndAsync(cancellation);
        await node.WaitForExitAsync(cancellation);
        Assert.Equal(0, node.ExitCode);
        return JsonNode.Parse(verdicts)!.AsArray();
    }

    private static async Task<bool> HasNodeAsync(CancellationToken cancellation)
    {
        try
        {
            using Process node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            await node.WaitForExitAsync(cancellation);
            return node.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static void Missing(string what)
    {
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", what);
        Assert.Skip(what);
    }
}
