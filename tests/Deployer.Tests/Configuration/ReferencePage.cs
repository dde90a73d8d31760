using System.Text;
using Deployer.Configuration;

namespace Deployer.Tests.Configuration;

/// <summary>Writes docs/configuration.md from the shapes.</summary>
internal static class ReferencePage
{
    private const string Introduction = """
        # Configuration

        Three files say what is deployed. Paths in them are relative to the file that holds them. A key the deployer does not know is an error, and
        all problems of all files are told at once, each with its file, line and column.

        Editors complete and check the files with the JSON Schemas in [config/schemas](../config/schemas). This page and the schemas are generated from
        the definitions the deployer reads with (`src/Deployer/Configuration`); a test compares them.

        """;

    private static readonly (string Heading, string Text, ShapeFacts Shape)[] Files =
    [
        ("workspace.json", """
            Which Azure ML workspace this is: the keys of the `config.json` that Azure ML's portal gives out. Identity only, never a secret. Without `--workspace`
            it is looked for as Azure ML's SDK did: in the current folder and then in each one above it, `workspace.json`, `.azureml/config.json`, and
            `config.json` where that has the key `workspace_name`. It is strict JSON: no comments, no trailing commas.
            """, WorkspaceFile.Shape.Facts),
        ("deployment.yaml", """
            What is deployed, and how it proves itself. Without `--config` it is `config/deployment.yaml` beside `workspace.json` (beside the folder
            `.azureml`, when the workspace file lies in that). The [example](../config/deployment.yaml) shows every key.
            """, DeploymentFile.Shape.Facts),
        ("environment.yaml", """
            What the scorer runs in; `environment` in deployment.yaml names it. The [example](../config/environment.yaml) shows every key. A resource limit
            is not below its request.
            """, EnvironmentFile.Shape.Facts),
    ];

    public static string Write()
    {
        var page = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        foreach ((string heading, string text, ShapeFacts shape) in Files)
        {
            page.Append($"\n## {heading}\n{text.ReplaceLineEndings("\n")}\n\n| key | type | default | meaning |\n|---|---|---|---|\n");
            WriteKeys(page, shape, "");
        }

        return page.ToString();
    }

    private static void WriteKeys(StringBuilder page, ShapeFacts shape, string prefix)
    {
        foreach (KeyFacts key in shape.Keys ?? [])
        {
            string path = prefix + key.Name;
            page.Append($"| `{path}` | {Cell(key.Value.InWords)} | {Default(key)} | {Cell(key.Meaning)} |\n");
            WriteKeys(page, key.Value, $"{path}.");
            if (key.Value.Items is { } items)
                WriteKeys(page, items, $"{path}[].");
        }
    }

    private static string Default(KeyFacts key) => key switch
    {
        { Required: true } => "**required**",
        { DefaultInWords: { } words } => words,
        { Default: "" } or { Default: null, Value.Keys: null } => "empty",
        { Default: { } written } => $"`{written}`",
        _ => "",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
