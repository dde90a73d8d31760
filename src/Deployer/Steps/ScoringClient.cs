using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deployer.Steps;

/// <summary>An endpoint's answer.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">As text.</param>
public sealed record ScoringAnswer(HttpStatusCode Status, string Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}

/// <summary>Talks to a scoring endpoint as its callers do.</summary>
public sealed class ScoringClient(HttpClient http)
{
    /// <returns>Null when it is ready; otherwise why not, as a phrase.</returns>
    public async Task<string?> NotReadyAsync(Uri readiness, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            ScoringAnswer answer = await SendAsync(HttpMethod.Get, readiness, null, timeout, time, cancellationToken).ConfigureAwait(false);
            return answer.IsSuccess ? null : Reason(answer);
        }
        catch (DeployerException e)
        {
            return e.Message;
        }
    }

    /// <exception cref="DeployerException">There was no answer at all.</exception>
    public Task<ScoringAnswer> ScoreAsync(Uri scoring, byte[] request, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, scoring, request, timeout, time, cancellationToken);

    /// <summary>What a scorer says of itself when it is not ready: <c>{"error": "..."}</c>.</summary>
    private static string Reason(ScoringAnswer answer)
    {
        try
        {
            if (JsonNode.Parse(answer.Body)?["error"] is JsonValue error && error.TryGetValue(out string? reason)) return Short(reason);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not a scorer's answer; shown as it is.
        }
        return $"it answers {(int)answer.Status} {Short(answer.Body)}";
    }

    /// <summary>One line of at most 300 characters.</summary>
    public static string Short(string body)
    {
        string line = body.ReplaceLineEndings(" ").Trim();
        return line.Length <= 300 ? line : string.Concat(line.AsSpan(0, 300), "...");
    }

    private async Task<ScoringAnswer> SendAsync(
        HttpMethod method, Uri uri, byte[]? body, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, uri);
        // A connection kept open would hold up the drain of a revision that we stop, and would bypass a promotion: the front routes connections.
        request.Headers.ConnectionClose = true;
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, linked.Token).ConfigureAwait(false);
            byte[] bytes = await response.Content.ReadAsByteArrayAsync(linked.Token).ConfigureAwait(false);
            return new ScoringAnswer(response.StatusCode, Encoding.UTF8.GetString(bytes));
        }
        catch (HttpRequestException e)
        {
            throw new DeployerException(FailureCode.RemoteOperation, $"{method} {uri}: no answer: {e.Message}", "Look at `deployer status` and `deployer logs`.", e);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DeployerException(FailureCode.RemoteOperation, $"{method} {uri}: no answer within {timeout.TotalSeconds:0.#} s.",
                "Raise request_settings.request_timeout_ms, or look at `deployer logs`.", e);
        }
    }
}
