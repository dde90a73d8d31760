using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">128 + N when signal N ended it.</param>
/// <param name="Out">All of stdout.</param>
/// <param name="Error">All of stderr.</param>
/// <param name="Elapsed">From its start to its end.</param>
internal sealed record ProgramResult(int ExitCode, string Out, string Error, TimeSpan Elapsed)
{
    /// <summary>stdout as one JSON document and nothing else.</summary>
    public JsonObject Document => JsonNode.Parse(Out)!.AsObject();

    /// <summary>stderr as JSON lines and nothing else.</summary>
    public IReadOnlyList<JsonObject> Events => [.. Error.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!.AsObject())];

    public ProgramResult Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode} where {exitCode} was expected.\n{this}");
        return this;
    }

    public override string ToString() => $"exit code {ExitCode} after {Elapsed.TotalSeconds:0.00} s\n--- stdout\n{Out}\n--- stderr\n{Error}";
}

/// <summary>A program that was started. Disposing kills it.</summary>
internal sealed partial class DeployerRun : IDisposable
{
    public const int SigHup = 1, SigInt = 2, SigKill = 9, SigTerm = 15, SigCont = 18, SigStop = 19;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process process;
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly Task<string> output;
    private readonly Task<string> error;

    public DeployerRun(ProcessStartInfo start)
    {
        process = Process.Start(start)!;
        output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        error = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public int Id => process.Id;

    public StreamWriter In => process.StandardInput;

    /// <summary>Sends a signal to a process by its id; one that is gone is no error.</summary>
    public static void Signal(int processId, int signal) => _ = Kill(processId, signal);

    public void Signal(int signal)
    {
        if (!process.HasExited) Signal(process.Id, signal);
    }

    public async Task<ProgramResult> WaitAsync()
    {
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await process.WaitForExitAsync(limit.Token);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return new ProgramResult(process.ExitCode, await output, await error, elapsed);
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
