namespace Deployer.Tests.Configuration;

public sealed class BadWorkspaceSpecs
{
    private const string Subscription = "\"subscription_id\": \"00000000-0000-0000-0000-000000000000\"";
    private const string Group = "\"resource_group\": \"rg\"";
    private const string Name = "\"workspace_name\": \"ws-scoring\"";

    public static TheoryData<string, string> Cases =>
    [
        Case("an empty file", "", "1:1: the file is empty"),
        Case("a list", "[]", "1:1: expected keys and values, found a list"),
        Case("a typing mistake", $"{{{Subscription}, \"resource_grup\": \"rg\", {Name}}}",
            "1:1: resource_group: missing; this key is required",
            "1:61: resource_grup: unknown key; did you mean 'resource_group'?"),
        Case("the SDK's oldest form", $"{{\n  \"Scope\": \"/subscriptions/x\",\n  {Subscription},\n  {Group},\n  {Name}\n}}",
            "2:3: Scope: unknown key; the keys here are $schema, subscription_id, resource_group, workspace_name, tenant_id"),
        Case("values that cannot be", "{\n  \"subscription_id\": \"production\",\n  \"resource_group\": \"rg.\",\n  \"workspace_name\": \"-w\",\n  \"tenant_id\": 5\n}",
            "2:22: subscription_id: 'production' is not a GUID such as 01234567-89ab-cdef-0123-456789abcdef",
            "3:21: resource_group: 'rg.' is not a resource group name: at most 90 letters, digits, '-', '_', '(', ')' and '.', and no '.' last",
            "4:21: workspace_name: '-w' is not a workspace name: 3 to 33 letters, digits, '-' and '_', a letter or digit first",
            "5:16: tenant_id: expected text, found a whole number; put it in quotes"),
        Case("null", $"{{{Subscription}, {Group}, {Name}, \"tenant_id\": null}}", "1:117: tenant_id: has no value; expected text"),
        Case("a key twice", $"{{\n{Subscription},\n{Group},\n{Name},\n{Group}\n}}", "5:1: resource_group: given twice; first on line 3"),
        Case("a comment", $"{{\n  // ours\n  {Subscription}\n}}", "2:3: not valid JSON: comments are not part of JSON"),
        Case("a trailing comma", $"{{\n  {Subscription},\n}}", "3:1: not valid JSON: the JSON object contains a trailing comma at the end which is not supported in this mode"),
        Case("cut short", $"{{\n  {Subscription},", "2:60: not valid JSON: expected start of a property name or value, but instead reached end of data"),
        Case("something after the end", "{}\n{}", "2:1: not valid JSON: '{' is invalid after a single JSON value. Expected end of data"),
        Case("columns count characters", $"{{\"é😀\": 1, \"x\": 2, {Subscription}, {Group}, {Name}}}",
            "1:2: é😀: unknown key; the keys here are $schema, subscription_id, resource_group, workspace_name, tenant_id",
            "1:12: x: unknown key; the keys here are $schema, subscription_id, resource_group, workspace_name, tenant_id"),
        Case("half a character", $"{{{Subscription}, {Group}, \"workspace_name\": \"\\ud800\"}}",
            "1:103: workspace_name: half of a surrogate pair (\\ud800 to \\udfff) is no character"),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_refused_with(string workspace, string problems)
    {
        using var project = new TemporaryProject();
        project.Write("workspace.json", workspace);

        Assert.Equal(problems, project.Refusal());
    }

    [Fact]
    public void The_tenant_is_read()
    {
        using var project = new TemporaryProject();
        project.Write("workspace.json", $"{{{Subscription}, {Group}, {Name}, \"tenant_id\": \"11111111-2222-3333-4444-555555555555\"}}");

        Assert.Equal("11111111-2222-3333-4444-555555555555", project.Read().Workspace.TenantId);
    }

    [Fact]
    public void Problems_of_all_three_files_are_told_at_once_and_in_order()
    {
        using var project = new TemporaryProject();
        project.Write("workspace.json", $"{{{Subscription}, {Group}}}");
        project.Write("config/environment.yaml", "name: cpu\nimge: scratch\ndescription: 5\n");
        project.Write("config/deployment.yaml", "name: mnist\nenvironment: environment.yaml\nscoring: []\nmodel:\n  path: none.onnx\n");

        DeployerException refused = project.Refused();

        Assert.Equal(
            """
            5 problems in the configuration:
            config/deployment.yaml:3:10: scoring: expected keys and values, found a list
            config/deployment.yaml:5:9: model.path: no such file: config/none.onnx
            config/environment.yaml:2:1: imge: unknown key; did you mean 'image'?
            config/environment.yaml:3:14: description: expected text, found a whole number; put it in quotes
            workspace.json:1:1: workspace_name: missing; this key is required
            """, refused.Message);
        Assert.Equal("Correct the lines named above and run the same command again; docs/configuration.md describes every key.", refused.Remedy);
    }

    private static TheoryDataRow<string, string> Case(string title, string content, params string[] lines) =>
        BadDeploymentSpecs.Case("workspace.json", title, content, lines);
}
