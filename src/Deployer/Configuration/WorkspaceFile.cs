namespace Deployer.Configuration;

/// <summary>The shape of workspace.json: the keys of Azure ML's own <c>config.json</c>.</summary>
internal static class WorkspaceFile
{
    private static readonly Shape<string> Guid = Shapes.Text("GUID", new Rule(
        "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        "{value} is not a GUID such as 01234567-89ab-cdef-0123-456789abcdef"));

    private static readonly Shape<string> ResourceGroup = Shapes.Text("resource group name", new Rule(
        @"^[\p{L}\p{Nd}_().\-]{0,89}[\p{L}\p{Nd}_()\-]$",
        "{value} is not a resource group name: at most 90 letters, digits, '-', '_', '(', ')' and '.', and no '.' last"));

    private static readonly Shape<string> WorkspaceName = Shapes.Text("workspace name", new Rule(
        "^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$",
        "{value} is not a workspace name: 3 to 33 letters, digits, '-' and '_', a letter or digit first"));

    /// <summary>The key that tells Azure ML's <c>config.json</c> from anybody else's.</summary>
    public const string TellingKey = "workspace_name";

    public static Shape<Workspace> Shape { get; } = Shapes.Object<Workspace>("Azure ML workspace", keys =>
    {
        keys.Nullable("$schema", Shapes.Text("text"), "none", "JSON Schema for editors; the deployer does not look at it.");
        Key<string> subscription = keys.Required("subscription_id", Guid, "The Azure subscription of the workspace.", "01234567-89ab-cdef-0123-456789abcdef");
        Key<string> group = keys.Required("resource_group", ResourceGroup, "The resource group of the workspace.", "rg-scoring");
        Key<string> name = keys.Required(TellingKey, WorkspaceName, "The name of the Azure ML workspace.", "ws-scoring");
        Key<string?> tenant = keys.Nullable("tenant_id", Guid, "the credential's own tenant", "The Microsoft Entra tenant to sign in to.", "01234567-89ab-cdef-0123-456789abcdef");

        return (values, _) => new()
        {
            SubscriptionId = values.Get(subscription),
            ResourceGroup = values.Get(group),
            WorkspaceName = values.Get(name),
            TenantId = values.Get(tenant),
            File = values.File,
        };
    });
}
