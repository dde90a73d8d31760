using Deployer.Models;
using static Deployer.Tests.Models.OnnxBytes;

namespace Deployer.Tests.Models;

/// <summary>Whatever the bytes are, the answer is a model or a <see cref="DeployerException"/>, soon and without much memory.</summary>
public sealed class DamagedModelSpecs : IDisposable
{
    private const long MostMemory = 4_000_000;

    private readonly ModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>One of everything that the reader looks into.</summary>
    private static byte[] Rich()
    {
        OnnxBytes floats = new OnnxBytes().Message(1, new OnnxBytes().Number(1, 1).Message(2, new OnnxBytes().Message(1, new OnnxBytes().Text(2, "n"))));
        OnnxBytes map = new OnnxBytes().Message(5, new OnnxBytes().Number(1, 7).Message(2, floats));
        OnnxBytes branch = new OnnxBytes().Message(1, Node("Neg", "x", "z")).Message(5, Tensor("deep", 10));
        OnnxBytes packed = new OnnxBytes().Bytes(1, [2, 3]).Number(2, 1).Text(8, "packed").Bytes(9, new byte[24]);
        return Model(Graph(graph => graph
                .Message(1, Node("If", "c", "z").Message(5, new OnnxBytes().Text(1, "then_branch").Message(6, branch)))
                .Message(1, Node("Constant", "", "k").Message(5, new OnnxBytes().Text(1, "value").Message(5, Tensor("", 10))))
                .Message(5, packed)
                .Message(5, ExternalTensor("w", 2, ("location", "w.bin"), ("offset", "0"), ("length", "8")))
                .Message(11, Typed("maps", new OnnxBytes().Message(4, new OnnxBytes().Message(1, map))))
                .Message(11, Typed("optional", new OnnxBytes().Message(9, new OnnxBytes().Message(1, floats))))
                .Message(15, new OnnxBytes().Message(1, Tensor("sparse", 5)).Message(2, Tensor("", 5)).Number(3, 100))))
            .Message(14, Entry("key", "value"))
            .Message(25, new OnnxBytes().Text(1, "F").Message(7, Node("Abs", "a", "b")).Text(10, "mine"))
            .ToArray();
    }

    [Fact]
    public void A_model_cut_at_any_byte_is_refused_or_whole_up_to_there()
    {
        byte[] rich = Rich();
        folder.Write("w.bin", new byte[8]);
        int read = 0, cutShort = 0;
        for (int length = 0; length < rich.Length; length++)
        {
            (bool accepted, string message) = Outcome(rich[..length]);
            read += accepted ? 1 : 0;
            cutShort += message.Contains("cut short", StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.True((Outcome(rich)).Accepted);
        Assert.InRange(read, 0, 3);
        Assert.InRange(cutShort, rich.Length - 10, rich.Length);
    }

    [Fact]
    public void A_model_with_any_bit_flipped_is_read_or_refused()
    {
        byte[] rich = Rich();
        folder.Write("w.bin", new byte[8]);
        for (int bit = 0; bit < rich.Length * 8; bit++)
        {
            rich[bit / 8] ^= (byte)(1 << (bit % 8));
            Outcome(rich);
            rich[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Random_bytes_are_read_or_refused()
    {
        var random = new Random(20261123);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            Assert.False((Outcome(bytes)).Accepted);
        }
    }

    [Fact]
    public void Random_changes_of_several_bytes_are_read_or_refused()
    {
        byte[] rich = Rich();
        folder.Write("w.bin", new byte[8]);
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. rich];
            for (int change = random.Next(1, 8); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Outcome(bytes);
        }
    }

    [Fact]
    public async Task Messages_nested_too_deep_are_refused_before_the_stack_ends()
    {
        OnnxBytes type = new OnnxBytes().Message(1, new OnnxBytes().Number(1, 1));
        for (int depth = 0; depth < 5000; depth++)
            type = new OnnxBytes().Message(4, new OnnxBytes().Message(1, type));
        string path = folder.Write("deep.onnx", Model(Graph(graph => graph.Message(11, Typed("deep", type)))));

        DeployerException e = await ModelFolder.RefusalAsync(path);

        Assert.Equal(FailureCode.Model, e.Code);
        Assert.EndsWith("messages are nested deeper than 100.", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Reading, the sample request and both reports: what inspect does.</summary>
    private (bool Accepted, string Message) Outcome(byte[] bytes)
    {
        string path = folder.Write("damaged.onnx", bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            OnnxModel model = OnnxModelReader.Read(path, null, TestContext.Current.CancellationToken);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostMemory);
            ModelReport.WriteText(model, TextWriter.Null);
            ModelReport.WriteJson(model, TextWriter.Null);
            return (true, "");
        }
        catch (DeployerException e)
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostMemory);
            Assert.Equal(2, ExitCodes.Of(e.Code));
            Assert.NotEmpty(e.Remedy);
            return (false, e.Message);
        }
    }
}
