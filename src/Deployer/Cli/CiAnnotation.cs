namespace Deployer.Cli;

/// <summary>A failure in the words by which a pipeline's own page shows it.</summary>
public static class CiAnnotation
{
    /// <returns>GitHub's <c>::error</c> workflow command, or Azure Pipelines' <c>task.logissue</c> logging command.</returns>
    public static string Error(CiSystem system, DeployerException failure)
    {
        string text = $"{failure.Message} {failure.Remedy}";
        return system == CiSystem.GitHubActions
            ? $"::error title=deployer {failure.Code}::{Escape(text)}"
            : $"##vso[task.logissue type=error;code={failure.Code}]{Escape(text)}";
    }

    private static string Escape(string text) => text
        .Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
}
