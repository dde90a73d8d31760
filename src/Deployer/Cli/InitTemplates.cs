namespace Deployer.Cli;

/// <summary>What <c>init</c> writes. Only what a first deployment needs; docs/configuration.md lists every key.</summary>
internal static class InitTemplates
{
    public const string Workspace = """
        {
          "subscription_id": "00000000-0000-0000-0000-000000000000",
          "resource_group": "my-resource-group",
          "workspace_name": "my-workspace"
        }

        """;

    public const string Environment = """
        # yaml-language-server: $schema=schemas/environment.schema.json
        # What the scorer runs in.
        name: scoring-cpu

        # The base image; scratch is none: only the scorer and the model.
        image: scratch

        """;

    public static string Deployment(string name, string model) => $$"""
        # yaml-language-server: $schema=schemas/deployment.schema.json
        # What is deployed, and how it proves itself. Paths are relative to this file.
        name: {{name}}

        model:
          path: {{YamlText(model)}}

        environment: environment.yaml

        # Golden requests prove every new revision before it serves. Make the first from a deployment that you trust:
        #   deployer invoke --data config/sample-request.json > config/sample-response.json
        # and then say so here:
        # verification:
        #   golden:
        #     - request: sample-request.json
        #       response: sample-response.json

        targets:
          local:
            port: 0 # takes a free port at the first deployment and keeps it

        """;

    private static string YamlText(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
