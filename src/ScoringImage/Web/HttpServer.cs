using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ScoringImage.Web;

/// <summary>Kestrel on one address: no configuration sources, no logging, no signal handling of its own.</summary>
public sealed class HttpServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpServer(WebApplication application) => _application = application;

    /// <summary>The port it listens on.</summary>
    public int Port { get; private init; }

    /// <summary>Builds the server and starts to listen.</summary>
    /// <exception cref="ScorerException">With <see cref="ExitCodes.Listen"/>: the address cannot be had.</exception>
    public static async Task<HttpServer> StartAsync(IPEndPoint endPoint, RequestDelegate handler, OpenConnections connections, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, ManualLifetime>();
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan); // StopAsync's token decides
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ScorerSettings.MaxBodySize;
            kestrel.Listen(endPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(connections.Count);
            });
        });

        var application = builder.Build();
        application.Run(handler);
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            await application.DisposeAsync();
            throw new ScorerException(ExitCodes.Listen, $"cannot listen on {endPoint}: {exception.Message}");
        }

        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new HttpServer(application) { Port = new Uri(address).Port };
    }

    /// <summary>Stops listening and waits for the requests in flight; the token cuts them off.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _application.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>ASP.NET's own would close the listener on the first SIGTERM.</summary>
    private sealed class ManualLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
