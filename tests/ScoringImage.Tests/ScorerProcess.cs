using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace ScoringImage.Tests;

/// <summary>The real scorer in a process and folder of its own, on a free loopback port. Disposing kills it.</summary>
internal sealed partial class ScorerProcess : IAsyncDisposable
{
    public const int SigHup = 1, SigInt = 2, SigTerm = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _outputEnd = new();
    private readonly TaskCompletionSource _errorsEnd = new();

    private ScorerProcess(string folder, ProcessStartInfo start)
    {
        Folder = folder;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data, _output, _outputEnd);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, _errors, _errorsEnd);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Holds model.onnx and scoring.json; home/ in it is the scorer's HOME and working directory.</summary>
    public string Folder { get; }
    public int Id => _process.Id;
    public int Port { get; private set; }
    public HttpClient Client { get; private set; } = null!;

    public string Output => Locked(_output);

    public string Errors => Locked(_errors);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts a scorer; does not wait for anything.</summary>
    /// <param name="model">Contents of model.onnx; null leaves the file out.</param>
    /// <param name="config">Contents of scoring.json.</param>
    /// <param name="environment">Over SCORER_PORT=0 and SCORER_ADDRESS=127.0.0.1; an empty value removes the variable.</param>
    public static ScorerProcess Launch(byte[]? model, string config = """{"model": "model.onnx"}""", params (string Name, string Value)[] environment)
    {
        var folder = Directory.CreateTempSubdirectory("scorer-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "home"));
        if (model is not null)
            File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model);
        File.WriteAllText(Path.Combine(folder, "scoring.json"), config);

        var start = new ProcessStartInfo(Executable) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.Combine(folder, "home") };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("SCORER_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["HOME"] = Path.Combine(folder, "home");
        start.Environment["SCORER_CONFIG"] = Path.Combine(folder, "scoring.json");
        start.Environment["SCORER_PORT"] = "0";
        start.Environment["SCORER_ADDRESS"] = "127.0.0.1";
        foreach (var (name, value) in environment)
        {
            start.Environment.Remove(name);
            if (value.Length > 0)
                start.Environment[name] = value;
        }
        return new ScorerProcess(folder, start);
    }

    /// <summary>Starts a scorer and waits until it is ready.</summary>
    public static async Task<ScorerProcess> StartAsync(byte[] model, string config = """{"model": "model.onnx"}""", params (string Name, string Value)[] environment)
    {
        var scorer = Launch(model, config, environment);
        try
        {
            await scorer.WhenListeningAsync();
            await scorer.WhenReadyAsync();
            return scorer;
        }
        catch
        {
            await scorer.DisposeAsync();
            throw;
        }
    }

    public async Task WhenListeningAsync()
    {
        Port = await _port.Task.WaitAsync(Patience, Cancelled);
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
    }

    public async Task WhenReadyAsync()
    {
        for (var stopwatch = Stopwatch.StartNew(); stopwatch.Elapsed < Patience;)
        {
            using var response = await Client.GetAsync("/health/ready", Cancelled);
            if (response.IsSuccessStatusCode)
                return;
            await Task.Delay(10, Cancelled);
        }
        Assert.Fail($"not ready after {Patience}:\n{Output}{Errors}");
    }

    public Task<(HttpStatusCode Status, string Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<(HttpStatusCode Status, string Body)> ScoreAsync(string json) => SendAsync(HttpMethod.Post, "/score", new StringContent(json));

    public async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await Client.SendAsync(request, Cancelled);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled));
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Waits for the end and for all that was printed.</summary>
    public async Task<int> WhenExitedAsync()
    {
        await _process.WaitForExitAsync(Cancelled).WaitAsync(Patience, Cancelled);
        await Task.WhenAll(_outputEnd.Task, _errorsEnd.Task).WaitAsync(Patience, Cancelled);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Executable
    {
        get
        {
            var folder = typeof(ScorerProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "ScorerFolder").Value!;
            return Path.GetFullPath(Path.Combine(folder, "scorer"), AppContext.BaseDirectory);
        }
    }

    private void Take(string? line, StringBuilder lines, TaskCompletionSource end)
    {
        if (line is null)
        {
            end.TrySetResult();
            _port.TrySetException(new InvalidOperationException($"the scorer ended before it listened: {Errors}"));
            return;
        }
        lock (lines)
            lines.Append(line).Append('\n');
        const string Marker = " info listening on http://";
        var at = line.IndexOf(Marker, StringComparison.Ordinal);
        if (at > 0)
            _port.TrySetResult(int.Parse(line.AsSpan(line.LastIndexOf(':') + 1), null));
    }

    private static string Locked(StringBuilder lines)
    {
        lock (lines)
            return lines.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
