using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace ScoringImage.Scoring;

/// <summary>The model's life in this process: loaded in the background, warmed up once, then ready.</summary>
public sealed class ModelHost(ScorerSettings settings, EventLog log, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private ScoringModel? _loaded;
    private bool _disposed;
    private volatile ScoringModel? _ready;
    private volatile string _waitingFor = "the model is being loaded";

    /// <summary>Why no request can be scored yet; null when one can.</summary>
    public string? NotReadyReason => _ready is null ? _waitingFor : null;

    /// <summary>Loads the model and runs it once.</summary>
    /// <param name="workers">Threads one run may use.</param>
    /// <exception cref="ScorerException">The model cannot be loaded.</exception>
    public void Load(int workers)
    {
        var started = time.GetTimestamp();
        var model = ScoringModel.Load(settings.Model, settings.Outputs, workers);
        if (!Adopt(model))
            return;
        log.Info(string.Create(CultureInfo.InvariantCulture, $"model loaded in {time.GetElapsedTime(started).TotalMilliseconds:F0} ms: {model.Signature}"));
        _waitingFor = "the model is being warmed up";
        WarmUp(model);
        _ready = model;
        log.Info("ready");
    }

    /// <summary>The right to score; null while the model is not ready or is going away.</summary>
    public ScoringModel.Lease? TryLease() => _ready?.TryLease();

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _loaded?.Dispose();
        }
    }

    private bool Adopt(ScoringModel model)
    {
        lock (_gate)
        {
            if (_disposed)
                model.Dispose();
            else
                _loaded = model;
            return !_disposed;
        }
    }

    private void WarmUp(ScoringModel model)
    {
        using var lease = model.TryLease();
        var inputs = new List<InputTensor>();
        try
        {
            foreach (var signature in model.Signature.Inputs)
            {
                if (lease is null || InputTensor.Zeros(signature) is not { } zeros)
                    return;
                inputs.Add(zeros);
            }
            lease?.Run(inputs, [.. model.Signature.Outputs.Select(output => output.Name)]).Dispose();
        }
        catch (OnnxRuntimeException exception)
        {
            log.Warning($"the warm-up run with zeros failed, which may be no fault of the model: {exception.Message}");
        }
        finally
        {
            inputs.ForEach(input => input.Dispose());
        }
    }
}
