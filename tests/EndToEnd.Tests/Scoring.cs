using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests;

/// <summary>A caller of the sample's endpoint.</summary>
internal static class Scoring
{
    private static readonly HttpClient Client = NewClient();

    private static readonly byte[] Seven = File.ReadAllBytes(Path.Combine(DeployerProgram.Repository, "samples/mnist/golden/seven.json"));

    public static HttpClient NewClient() => new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Sends a seven and holds the answer against it.</summary>
    /// <returns>The answer's <c>result</c>.</returns>
    public static Task<JsonObject> SevenIsReadAsync(string scoringUri) => SevenIsReadAsync(Client, scoringUri, keepConnection: false);

    public static async Task<JsonObject> SevenIsReadAsync(HttpClient client, string scoringUri, bool keepConnection)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, scoringUri) { Content = new ByteArrayContent(Seven) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.ConnectionClose = !keepConnection;
        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {body}");
        JsonObject result = JsonNode.Parse(body)!["result"]!.AsObject();
        Assert.Equal(7, (int)result["digit"]![0]!);
        return result;
    }
}
