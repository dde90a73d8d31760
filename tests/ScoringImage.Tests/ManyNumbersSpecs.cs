using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ScoringImage.Tests;

public sealed class ManyNumbersSpecs(EveryTypeScorer scorer) : IClassFixture<EveryTypeScorer>
{
    private const int Many = 100_000;

    [Fact]
    public async Task Every_float16_goes_round_bit_for_bit() => await AssertSameAsync(
        "float16",
        [.. Enumerable.Range(0, 1 << 16).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(Half.IsFinite)],
        value => ((double)value).ToString("R", CultureInfo.InvariantCulture),
        text => BitConverter.HalfToUInt16Bits(Half.Parse(text, CultureInfo.InvariantCulture)),
        value => BitConverter.HalfToUInt16Bits(value));

    [Fact]
    public async Task Every_bfloat16_goes_round_bit_for_bit() => await AssertSameAsync(
        "bfloat16",
        [.. Enumerable.Range(0, 1 << 16).Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)).Where(float.IsFinite)],
        value => value.ToString("R", CultureInfo.InvariantCulture),
        text => NearestBFloat16(double.Parse(text, CultureInfo.InvariantCulture)),
        value => (int)(BitConverter.SingleToUInt32Bits(value) >> 16));

    [Fact]
    public async Task Random_floats_go_round_bit_for_bit()
    {
        var random = new Random(1);
        await AssertSameAsync(
            "float",
            [.. Enumerable.Range(0, Many).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue))).Where(float.IsFinite)],
            value => value.ToString(random.Next(2) == 0 ? "R" : "E20", CultureInfo.InvariantCulture),
            text => BitConverter.SingleToInt32Bits(float.Parse(text, CultureInfo.InvariantCulture)),
            BitConverter.SingleToInt32Bits);
    }

    [Fact]
    public async Task Random_doubles_go_round_bit_for_bit()
    {
        var random = new Random(2);
        await AssertSameAsync(
            "double",
            [.. Enumerable.Range(0, Many).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))).Where(double.IsFinite)],
            value => value.ToString("R", CultureInfo.InvariantCulture),
            text => BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)),
            BitConverter.DoubleToInt64Bits);
    }

    /// <summary>To nearest, ties to even, by looking at the two neighbours: slow and plainly right.</summary>
    private static int NearestBFloat16(double number)
    {
        var down = (int)(BitConverter.SingleToUInt32Bits((float)number) >> 16);
        return Enumerable.Range(Math.Max(down - 1, 0), 3)
            .OrderBy(bits => Math.Abs((double)BitConverter.UInt32BitsToSingle((uint)bits << 16) - number))
            .ThenBy(bits => bits & 1)
            .First(bits => double.IsNegative(number) == bits >= 0x8000);
    }

    private async Task AssertSameAsync<T, TBits>(string type, T[] values, Func<T, string> write, Func<string, TBits> read, Func<T, TBits> bits)
    {
        var (status, body) = await scorer.ScoreAsync(type, $"[{string.Join(',', values.Select(write))}]");
        Assert.Equal(HttpStatusCode.OK, status);
        using var document = JsonDocument.Parse(body);
        var received = document.RootElement.GetProperty("result").GetProperty($"{type}_out").EnumerateArray().Select(item => read(item.GetRawText()));
        Assert.Equal(values.Select(bits), received);
    }
}
