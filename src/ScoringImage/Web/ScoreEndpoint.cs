using Microsoft.ML.OnnxRuntime;
using ScoringImage.Protocols;
using ScoringImage.Protocols.AzureMl;
using ScoringImage.Scoring;

namespace ScoringImage.Web;

/// <summary>One scoring request: read, parse, run, write.</summary>
public sealed class ScoreEndpoint(ModelHost host)
{
    private const int SmallBody = 4096;
    private const int MostAhead = 4 * 1024 * 1024; // a length is only a claim until the bytes are there

    /// <exception cref="BadRequestException">The request's own fault.</exception>
    /// <exception cref="OnnxRuntimeException">The run failed.</exception>
    public async Task HandleAsync(HttpContext context)
    {
        using var model = host.TryLease();
        if (model is null)
        {
            await Answers.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, host.NotReadyReason ?? "the scorer is stopping");
            return;
        }

        using var body = await ReadBodyAsync(context);
        using var request = ScoreRequestReader.Read(body.Written.Span, model.Signature);
        using var answer = new PooledBytes(SmallBody);
        using (var values = Run(model, request))
            ScoreResponseWriter.Write(answer, request.Outputs, values);
        await Answers.JsonAsync(context, answer.Written);
    }

    private static IDisposableReadOnlyCollection<OrtValue> Run(ScoringModel.Lease model, ScoreRequest request)
    {
        try
        {
            return model.Run(request.Inputs, request.Outputs);
        }
        catch (OnnxRuntimeException exception) when (request.SymbolConflict() is { } conflict)
        {
            throw new BadRequestException($"{conflict}: {exception.Message}");
        }
    }

    private static async Task<PooledBytes> ReadBodyAsync(HttpContext context)
    {
        var length = context.Request.ContentLength ?? 0;
        var body = new PooledBytes((int)Math.Clamp(length + 1, SmallBody, MostAhead)); // 1 more, so that the end shows without growing
        try
        {
            int read;
            while ((read = await context.Request.Body.ReadAsync(body.GetMemory(), context.RequestAborted)) > 0)
                body.Advance(read);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }
}
