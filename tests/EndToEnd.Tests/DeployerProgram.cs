using System.Diagnostics;
using System.Reflection;

namespace EndToEnd.Tests;

/// <summary>The real, built deployer, started as a child process.</summary>
internal static class DeployerProgram
{
    /// <summary>From DEPLOYER_EXECUTABLE where set (a published one), else the one that was built with these tests.</summary>
    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("DEPLOYER_EXECUTABLE") is { Length: > 0 } named ? named : Path.Combine(Metadata("DeployerFolder"), "deployer");

    /// <summary>The checkout.</summary>
    public static string Repository { get; } = Metadata("Repository");

    /// <summary>Starts it with nothing of our environment but what any program needs.</summary>
    public static DeployerRun Start(string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        Start(Executable, folder, arguments, environment);

    public static async Task<ProgramResult> RunAsync(string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        using DeployerRun run = Start(folder, arguments, environment);
        return await run.WaitAsync();
    }

    /// <summary>Any program, in the same bare environment.</summary>
    public static async Task<ProgramResult> RunOtherAsync(string program, string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        using DeployerRun run = Start(program, folder, arguments, environment);
        return await run.WaitAsync();
    }

    private static DeployerRun Start(string program, string folder, IEnumerable<string> arguments, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (string name in (string[])["PATH", "HOME", "TMPDIR", "DOTNET_ROOT"])
            if (Environment.GetEnvironmentVariable(name) is { } value) start.Environment[name] = value;
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return new DeployerRun(start);
    }

    private static string Metadata(string key) => Path.GetFullPath(
        typeof(DeployerProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!, AppContext.BaseDirectory);
}
