using System.Net;
using System.Text;
using System.Text.Json;

namespace ScoringImage.Tests;

public sealed class DamagedRequestSpecs(ImageScorer scorer) : IClassFixture<ImageScorer>
{
    private const int Tries = 3000;

    private static readonly byte[][] Seeds =
    [
        .. new[]
        {
            """{"data": [[[1,2,3],[4,5,6]]]}""",
            """{"outputs": ["digit", "twice"], "data": {"image": [[[1.5e3,-2,"NaN"],[4,5,6]],[[1,2,3],[4,5,6]]]}}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Fact]
    public async Task A_damaged_request_is_scored_or_refused_and_never_more()
    {
        var random = new Random(3);
        for (var i = 0; i < Tries; i++)
        {
            var body = Damage(random, Seeds[random.Next(Seeds.Length)]);
            var (status, answer) = await scorer.Process.SendAsync(HttpMethod.Post, "/score", new ByteArrayContent(body));
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{status} to {Convert.ToHexString(body)}: {answer}");
            using var document = JsonDocument.Parse(answer);
            Assert.True(document.RootElement.TryGetProperty(status == HttpStatusCode.OK ? "result" : "error", out _));
        }
        Assert.Equal(HttpStatusCode.OK, (await scorer.Process.GetAsync("/health/ready")).Status);
    }

    /// <summary>One to four bytes replaced, dropped, doubled, or a piece copied elsewhere.</summary>
    private static byte[] Damage(Random random, byte[] seed)
    {
        const string Likely = "[]{},:\"\\0159.eE-+ ntfuNI";
        var body = seed.ToList();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(body.Count);
            switch (random.Next(5))
            {
                case 0: body[at] = (byte)Likely[random.Next(Likely.Length)]; break;
                case 1: body[at] = (byte)random.Next(256); break;
                case 2: body.RemoveAt(at); break;
                case 3: body.Insert(at, (byte)Likely[random.Next(Likely.Length)]); break;
                default: body.InsertRange(random.Next(body.Count), body.GetRange(at, random.Next(body.Count - at))); break;
            }
        }
        return [.. body];
    }
}
