namespace Deployer.Cli;

/// <summary>A standard stream that may be full, or closed, or gone, and what that means.</summary>
/// <param name="inner">Where it goes; null when it was closed before we were started.</param>
/// <param name="failed">Told why something could not be written. What it throws, the writer gets; when it returns, the text is lost and the work goes on.</param>
public sealed class GuardedStream(Stream? inner, Action<Exception> failed) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The story on stderr: nobody has to hear it.</summary>
    public static GuardedStream ForStory(Stream? inner) => new(inner, static _ => { });

    /// <summary>The answer on stdout: whoever asked has to know that it is missing.</summary>
    public static GuardedStream ForAnswer(Stream? inner) => new(inner, static e => throw new DeployerException(FailureCode.FileAccess,
        $"The answer could not be written: {e.Message}", "What was asked for was done. Mend what stdout goes to and ask again.", e));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            if (inner is null) throw new IOException("it is closed.");
            inner.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            failed(e);
        }
    }

    public override void Flush()
    {
        // The standard streams hold nothing back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
