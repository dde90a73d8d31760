using Microsoft.AspNetCore.Connections;
using Microsoft.ML.OnnxRuntime;
using ScoringImage.Protocols;
using ScoringImage.Scoring;

namespace ScoringImage.Web;

/// <summary>Which path and method is answered by what, and how failures are answered. Nothing a request does gets past it.</summary>
public sealed class Endpoints(RouteSettings routes, ModelHost host, DrainSwitch drain, EventLog log)
{
    private readonly ScoreEndpoint _score = new(host);

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.OnStarting(CloseWhenDraining, context);
        try
        {
            await DispatchAsync(context);
        }
        catch (BadRequestException exception)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, exception.Message);
        }
        catch (BadHttpRequestException exception)
        {
            await FailAsync(context, exception.StatusCode, exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"the body is larger than {ScorerSettings.MaxBodySize} bytes" : exception.Message);
        }
        catch (OnnxRuntimeException exception)
        {
            await FailAsync(context, StatusCodes.Status500InternalServerError, exception.Message);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            log.Warning($"{context.Request.Method} {context.Request.Path} abandoned by the client");
        }
        catch (Exception exception)
        {
            await FailAsync(context, StatusCodes.Status500InternalServerError, $"{exception.GetType().Name}: {exception.Message}");
        }
    }

    private Task DispatchAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (path == routes.Scoring)
            return IsMethod(context, HttpMethods.Post) ? _score.HandleAsync(context) : WrongMethodAsync(context, HttpMethods.Post);

        Func<HttpContext, Task>? answer =
            path == routes.Readiness ? ReadinessAsync
            : path == routes.Liveness ? static context => Answers.TextAsync(context, "Alive")
            : path == RouteSettings.Root ? static context => Answers.TextAsync(context, "Healthy")
            : null;
        if (answer is null)
            return FailAsync(context, StatusCodes.Status404NotFound, $"there is nothing at {path}; requests are scored at {routes.Scoring}");
        return IsMethod(context, HttpMethods.Get) ? answer(context) : WrongMethodAsync(context, HttpMethods.Get);
    }

    private Task ReadinessAsync(HttpContext context)
    {
        var reason = drain.IsOn ? "the scorer is draining" : host.NotReadyReason;
        return reason is null
            ? Answers.TextAsync(context, "Ready")
            : Answers.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, reason); // not a failure: probes come by the second
    }

    private Task WrongMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return FailAsync(context, StatusCodes.Status405MethodNotAllowed, $"{context.Request.Method} is not allowed at {context.Request.Path}; use {allowed}");
    }

    private async Task FailAsync(HttpContext context, int status, string message)
    {
        log.Warning($"{context.Request.Method} {context.Request.Path} {status} {message}");
        if (context.Response.HasStarted)
            context.Abort();
        else
            await Answers.ErrorAsync(context, status, message);
    }

    private static bool IsMethod(HttpContext context, string method) => string.Equals(context.Request.Method, method, StringComparison.Ordinal);

    private Task CloseWhenDraining(object context)
    {
        if (drain.IsOn)
            ((HttpContext)context).Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
