using System.Globalization;

namespace Deployer.Configuration;

/// <summary>The shape of environment.yaml.</summary>
internal static class EnvironmentFile
{
    private static readonly Shape<string> Name = Shapes.Text("name", new Rule(
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$",
        "{value} is not an environment name: at most 255 letters, digits, '-', '_' and '.', a letter or digit first"));

    // The grammar of github.com/distribution/reference: [host[:port]/]path[:tag][@digest].
    private static readonly Shape<string> Image = Shapes.Text(
        "image reference",
        new Rule(
            @"^([a-zA-Z0-9.\-]{1,255}(:[0-9]{1,5})?/)?[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*(:[a-zA-Z0-9_][a-zA-Z0-9._\-]{0,127})?(@sha256:[0-9a-f]{64})?$",
            "{value} is not an image reference such as scratch or mcr.microsoft.com/dotnet/runtime-deps:10.0"),
        new Rule("^scratch$", "only 'scratch' is accepted in this version: base images come with container builds"));

    private static readonly Rule[] VariableNames =
    [
        new("^[A-Za-z_][A-Za-z0-9_]*$", "is not a name for an environment variable: letters, digits and '_', no digit first"),
        new("^(?!SCORER_).*$", "names that start with SCORER_ belong to the scorer"),
        new("^(?!ORT_DISABLE_TELEMETRY$).*$", "the deployer sets this variable itself"),
        new(
            "^(?!.*([Kk][Ee][Yy]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn]|[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]|[Cc][Oo][Nn][Nn][Ee][Cc][Tt][Ii][Oo][Nn]_[Ss][Tt][Rr][Ii][Nn][Gg])$).*$",
            "looks like a secret; its value would lie open in an image layer and in the plan, so leave it out"),
    ];

    private static readonly Shape<string> RoutePath = Shapes.Text("route", new Rule(
        "^(/[A-Za-z0-9._~-]{1,64}){1,16}$",
        "{value} is not a route: it starts with '/', such as /score, and is made of letters, digits, '-', '.', '_' and '~'"));

    private static readonly Shape<ServerSettings> Server = Shapes.Object<ServerSettings>("Inference configuration", keys =>
    {
        Key<Route> scoring = keys.Group("scoring_route", RouteAt("/score"), "Where the scorer takes requests.");
        Key<Route> liveness = keys.Group("liveness_route", RouteAt("/health/live"), "Where the scorer says that it is running.");
        Key<Route> readiness = keys.Group("readiness_route", RouteAt("/health/ready"), "Where the scorer says that it can score.");

        return (values, problems) =>
        {
            (string, Route)[] routes = [("scoring_route", values.Get(scoring)), ("liveness_route", values.Get(liveness)), ("readiness_route", values.Get(readiness))];
            HoldTogether(routes, problems);
            return new(values.Get(scoring).Port, values.Get(scoring).Path, values.Get(liveness).Path, values.Get(readiness).Path);
        };
    });

    private static readonly Shape<(ResourceSettings Requests, ResourceSettings Limits)> Resources = Shapes.Object<(ResourceSettings, ResourceSettings)>("Resources", keys =>
    {
        Key<Amounts> requests = keys.Group("requests", AmountsOf("Requested resources", "500m", "512Mi"), "What the scorer is promised.");
        Key<Amounts> limits = keys.Group("limits", AmountsOf("Resource limits", "1", "1Gi"), "What the scorer may not exceed.");

        return (values, problems) =>
        {
            (Amounts low, Amounts high) = (values.Get(requests), values.Get(limits));
            if (high.Values.Cpu < low.Values.Cpu)
                problems.Add(high.CpuAt, string.Create(CultureInfo.InvariantCulture, $"is below resources.requests.cpu, which is {low.Values.Cpu} cores"));
            if (high.Values.Memory < low.Values.Memory)
                problems.Add(high.MemoryAt, string.Create(CultureInfo.InvariantCulture, $"is below resources.requests.memory, which is {low.Values.Memory} bytes"));
            return (low.Values, high.Values);
        };
    });

    public static Shape<EnvironmentSettings> Shape { get; } = Shapes.Object<EnvironmentSettings>("Environment specification", keys =>
    {
        keys.Nullable("$schema", Shapes.Text("text"), "none", "JSON Schema for editors; the deployer does not look at it.");
        Key<string> name = keys.Required("name", Name, "What this environment is called: at most 255 letters, digits, '-', '_' and '.', a letter or digit first.", "mnist-cpu");
        Key<string> description = keys.Optional("description", Shapes.Text("text"), "", "What it is for, in a sentence.");
        Key<string> image = keys.Optional("image", Image, "scratch", "The base image of the scorer's container; `scratch` is none. This version accepts `scratch` only.");
        Key<string> provider = keys.Optional("execution_provider", Shapes.Choice("cpu"), "cpu", "The ONNX Runtime execution provider. This version accepts `cpu` only.");
        Key<IReadOnlyDictionary<string, string>> variables = keys.Group(
            "environment_variables",
            Shapes.Map(Shapes.Text("text", new Rule(@"^[^\u0000]*$", "must not hold the character U+0000")), VariableNames),
            "Set in the scorer's process. They end up readable in the image: names that look like a secret's are refused.");
        Key<ServerSettings> server = keys.Group("inference_config", Server, "Where the scorer listens inside its container. The three routes differ; their port is the same.");
        Key<(ResourceSettings Requests, ResourceSettings Limits)> resources = keys.Group("resources", Resources, "CPU and memory of one scorer, as Kubernetes writes them. The local target starts a plain process and does not limit it.");

        return (values, _) => new()
        {
            Name = values.Get(name),
            Description = values.Get(description),
            Image = values.Get(image),
            ExecutionProvider = values.Get(provider),
            EnvironmentVariables = values.Get(variables),
            Port = values.Get(server).Port,
            ScoringRoute = values.Get(server).Scoring,
            LivenessRoute = values.Get(server).Liveness,
            ReadinessRoute = values.Get(server).Readiness,
            Requests = values.Get(resources).Requests,
            Limits = values.Get(resources).Limits,
        };
    });

    private static Shape<Route> RouteAt(string usual) => Shapes.Object<Route>("Route", keys =>
    {
        Key<string> path = keys.Optional("path", RoutePath, usual, "The path, starting with '/'.");
        Key<int> port = keys.Optional("port", Shapes.Integer(1, 65535), "5001", "The port; the same for all three routes.");
        return (values, _) => new(values.Get(path), values.PlaceOf(path), values.Get(port), values.PlaceOf(port));
    });

    private static Shape<Amounts> AmountsOf(string title, string usualCpu, string usualMemory) => Shapes.Object<Amounts>(title, keys =>
    {
        Key<decimal> cpu = keys.Optional("cpu", Quantity.Cpu, usualCpu, "Cores, or thousandths of a core with `m`.", "500m", "0.5", "2");
        Key<long> memory = keys.Optional("memory", Quantity.Memory, usualMemory, "Bytes, with `Ki`, `Mi`, `Gi`, `Ti` (1024) or `k`, `M`, `G`, `T` (1000).", "512Mi", "1Gi");
        return (values, _) => new(new() { Cpu = values.Get(cpu), Memory = values.Get(memory) }, values.PlaceOf(cpu), values.PlaceOf(memory));
    });

    // ASP.NET Core's routing takes upper and lower case for the same.
    private static void HoldTogether((string Name, Route Route)[] routes, Problems problems)
    {
        for (int i = 1; i < routes.Length; i++)
        {
            if (routes[i].Route.Port != routes[0].Route.Port)
            {
                problems.Add(routes[i].Route.PortAt, string.Create(
                    CultureInfo.InvariantCulture, $"{routes[i].Route.Port} is not scoring_route's port, {routes[0].Route.Port}; the scorer listens on one port, so give all three the same"));
            }

            foreach ((string name, Route other) in routes[..i].Where(o => string.Equals(o.Route.Path, routes[i].Route.Path, StringComparison.OrdinalIgnoreCase)))
                problems.Add(routes[i].Route.PathAt, $"{other.Path} is {name}'s path already");
        }
    }

    private sealed record Route(string Path, Place PathAt, int Port, Place PortAt);

    private sealed record ServerSettings(int Port, string Scoring, string Liveness, string Readiness);

    private sealed record Amounts(ResourceSettings Values, Place CpuAt, Place MemoryAt);
}
