namespace Deployer.Steps;

/// <summary>The marks on everything the deployer makes, by which it knows its own again.</summary>
public static class Stamps
{
    /// <summary>Hash of the plan a thing was made from.</summary>
    public const string Plan = "deployer-plan";
}
