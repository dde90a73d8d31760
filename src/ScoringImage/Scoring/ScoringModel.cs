using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ScoringImage.Scoring;

/// <summary>
/// A loaded model. Runs may overlap; the session goes away when the owner has disposed it and the last lease is back, never under a run.
/// </summary>
public sealed class ScoringModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private int _users = 1;
    private int _disposed;

    private ScoringModel(InferenceSession session, ModelSignature signature) => (_session, Signature) = (session, signature);

    public ModelSignature Signature { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="path">Of the .onnx file; external data lies beside it.</param>
    /// <param name="outputs">Names of the outputs to serve; empty means all.</param>
    /// <param name="workers">Threads one run may use.</param>
    /// <exception cref="ScorerException">With <see cref="ExitCodes.Model"/> and ONNX Runtime's reason.</exception>
    public static ScoringModel Load(string path, IReadOnlyList<string> outputs, int workers)
    {
        InferenceSession? session = null;
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = workers,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, // what fails is thrown, and reported once, by us
            };
            session = new InferenceSession(path, options);
            return new ScoringModel(session, ModelSignature.Of(session, outputs));
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or NotSupportedException)
        {
            session?.Dispose();
            throw new ScorerException(ExitCodes.Model, $"model {path}: {exception.Message.ReplaceLineEndings(" ").Trim()}");
        }
    }

    /// <summary>The right to run until it is disposed; null when the model is going away.</summary>
    public Lease? TryLease()
    {
        for (var users = Volatile.Read(ref _users); users > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return new Lease(this);
            users = seen;
        }
        return null;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Release();
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        _session.Dispose();
        _runOptions.Dispose();
    }

    /// <summary>Keeps the model alive for one request.</summary>
    public sealed class Lease(ScoringModel model) : IDisposable
    {
        public ModelSignature Signature => model.Signature;

        /// <summary>Scores once, on the calling thread.</summary>
        /// <param name="inputs">One for each input of the signature.</param>
        /// <param name="outputs">Names of the outputs to compute.</param>
        /// <returns>The values in the order of <paramref name="outputs"/>; the caller disposes them.</returns>
        /// <exception cref="OnnxRuntimeException">The run failed.</exception>
        public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<InputTensor> inputs, IReadOnlyList<string> outputs)
        {
            var names = new string[inputs.Count];
            var values = new OrtValue[inputs.Count];
            for (var i = 0; i < inputs.Count; i++)
                (names[i], values[i]) = (inputs[i].Signature.Name, inputs[i].Value);
            return model._session.Run(model._runOptions, names, values, outputs);
        }

        /// <summary>Disposed once, by the request that took it.</summary>
        public void Dispose() => model.Release();
    }
}
