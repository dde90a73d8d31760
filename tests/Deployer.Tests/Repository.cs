namespace Deployer.Tests;

/// <summary>The checkout the tests run in.</summary>
internal static class Repository
{
    /// <summary>Its root, absolute: the folder with Deployer.sln that the test program was built under.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Compares a generated file with the committed one, byte for byte; with DEPLOYER_UPDATE=1 in the environment it is written instead.</summary>
    public static void IsCommitted(string content, params string[] parts)
    {
        string file = File(parts);
        if (Environment.GetEnvironmentVariable("DEPLOYER_UPDATE") == "1")
            System.IO.File.WriteAllText(file, content);

        string committed = System.IO.File.Exists(file) ? System.IO.File.ReadAllText(file) : "";
        Assert.True(
            committed == content,
            $"{string.Join('/', parts)} is not what the code says. Run `DEPLOYER_UPDATE=1 dotnet run --project tests/Deployer.Tests` and commit the file.");
    }

    private static string FindRoot(string start)
    {
        for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (System.IO.File.Exists(Path.Combine(folder, "Deployer.sln")))
                return folder;
        }

        throw new InvalidOperationException($"Deployer.sln is not above {start}");
    }
}
