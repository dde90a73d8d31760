namespace Deployer.Tests.Configuration;

public sealed class BadEnvironmentSpecs
{
    public static TheoryData<string, string> Cases =>
    [
        Case("no name", "image: scratch\n", "1:1: name: missing; this key is required"),
        Case("a base image", "name: cpu\nimage: mcr.microsoft.com/dotnet/runtime-deps:10.0\n",
            "2:8: image: only 'scratch' is accepted in this version: base images come with container builds"),
        Case("no image reference", "name: cpu\nimage: Ubuntu 24\n",
            "2:8: image: 'Ubuntu 24' is not an image reference such as scratch or mcr.microsoft.com/dotnet/runtime-deps:10.0"),
        Case("another provider", "name: cpu\nexecution_provider: cuda\n", "2:21: execution_provider: 'cuda' is not known; write one of cpu"),
        Case("a provider in capitals", "name: cpu\nexecution_provider: CPU\n", "2:21: execution_provider: 'CPU' is not known; did you mean 'cpu'?"),
        Case("a provider list", "name: cpu\nexecution_provider: [cpu]\n", "2:21: execution_provider: expected one of cpu, found a list"),
        Case("a variable that is a number", "name: cpu\nenvironment_variables:\n  OMP_NUM_THREADS: 1\n",
            "3:20: environment_variables.OMP_NUM_THREADS: expected text, found a whole number; put it in quotes"),
        Case("a variable no shell could name", "name: cpu\nenvironment_variables:\n  1-A: x\n",
            "3:3: environment_variables.1-A: is not a name for an environment variable: letters, digits and '_', no digit first"),
        Case("the scorer's own variables", "name: cpu\nenvironment_variables: {SCORER_PORT: '1', ORT_DISABLE_TELEMETRY: '0'}\n",
            "2:25: environment_variables.SCORER_PORT: names that start with SCORER_ belong to the scorer",
            "2:43: environment_variables.ORT_DISABLE_TELEMETRY: the deployer sets this variable itself"),
        Case("secrets", "name: cpu\nenvironment_variables:\n  API_KEY: hunter2\n  dbPassword: hunter2\n  STORAGE_CONNECTION_STRING: hunter2\n  token: hunter2\n  CLIENT_SECRET: hunter2\n",
            "3:3: environment_variables.API_KEY: looks like a secret; its value would lie open in an image layer and in the plan, so leave it out",
            "4:3: environment_variables.dbPassword: looks like a secret; its value would lie open in an image layer and in the plan, so leave it out",
            "5:3: environment_variables.STORAGE_CONNECTION_STRING: looks like a secret; its value would lie open in an image layer and in the plan, so leave it out",
            "6:3: environment_variables.token: looks like a secret; its value would lie open in an image layer and in the plan, so leave it out",
            "7:3: environment_variables.CLIENT_SECRET: looks like a secret; its value would lie open in an image layer and in the plan, so leave it out"),
        Case("a NUL in a variable", "name: cpu\nenvironment_variables: {A: \"x\\0y\"}\n", "2:28: environment_variables.A: must not hold the character U+0000"),
        Case("a route without a slash", "name: cpu\ninference_config: {scoring_route: {path: score}}\n",
            "2:42: inference_config.scoring_route.path: 'score' is not a route: it starts with '/', such as /score, and is made of letters, digits, '-', '.', '_' and '~'"),
        Case("the root as a route", "name: cpu\ninference_config: {scoring_route: {path: /}}\n",
            "2:42: inference_config.scoring_route.path: '/' is not a route: it starts with '/', such as /score, and is made of letters, digits, '-', '.', '_' and '~'"),
        Case("one route for two", "name: cpu\ninference_config:\n  liveness_route:\n    path: /Score\n",
            "4:11: inference_config.liveness_route.path: /score is scoring_route's path already"),
        Case("one route for all", "name: cpu\ninference_config:\n  scoring_route: {path: /a}\n  liveness_route: {path: /a}\n  readiness_route: {path: /a}\n",
            "4:26: inference_config.liveness_route.path: /a is scoring_route's path already",
            "5:27: inference_config.readiness_route.path: /a is scoring_route's path already",
            "5:27: inference_config.readiness_route.path: /a is liveness_route's path already"),
        Case("ports that differ", "name: cpu\ninference_config:\n  scoring_route: {port: 8080}\n  readiness_route:\n    port: 9090\n",
            "2:1: inference_config.liveness_route.port: 5001 is not scoring_route's port, 8080; the scorer listens on one port, so give all three the same",
            "5:11: inference_config.readiness_route.port: 9090 is not scoring_route's port, 8080; the scorer listens on one port, so give all three the same"),
        Case("port 0", "name: cpu\ninference_config: {scoring_route: {port: 0}}\n", "2:42: inference_config.scoring_route.port: must be from 1 to 65535, not '0'"),
        Case("memory in the wrong unit", "name: cpu\nresources: {requests: {memory: 512MB}}\n",
            "2:32: resources.requests.memory: '512MB' is not an amount of memory; write it such as 512Mi or 1Gi"),
        Case("memory without a unit", "name: cpu\nresources: {requests: {memory: 512}}\n",
            "2:32: resources.requests.memory: must be from 16Mi to 64Ti, not '512'; a number alone is bytes"),
        Case("memory beyond all numbers", "name: cpu\nresources: {limits: {memory: 999999999999999Ti}}\n",
            "2:30: resources.limits.memory: must be from 16Mi to 64Ti, not '999999999999999Ti'; a number alone is bytes"),
        Case("no CPU", "name: cpu\nresources: {requests: {cpu: 0}}\n", "2:29: resources.requests.cpu: must be from 1m to 512 cores, not '0'"),
        Case("CPU in words", "name: cpu\nresources: {requests: {cpu: half}}\n",
            "2:29: resources.requests.cpu: 'half' is not an amount of CPU; write cores such as 0.5 or 2, or thousandths such as 500m"),
        Case("CPU as a list", "name: cpu\nresources: {requests: {cpu: [1]}}\n", "2:29: resources.requests.cpu: expected cores, such as 500m or 0.5, found a list"),
        Case("limits below requests", "name: cpu\nresources:\n  requests: {cpu: 2, memory: 2Gi}\n  limits: {cpu: 1500m, memory: 1.5Gi}\n",
            "4:17: resources.limits.cpu: is below resources.requests.cpu, which is 2 cores",
            "4:32: resources.limits.memory: is below resources.requests.memory, which is 2147483648 bytes"),
        Case("a limit below the usual request", "name: cpu\nresources:\n  limits:\n    cpu: 250m\n",
            "4:10: resources.limits.cpu: is below resources.requests.cpu, which is 0.5 cores"),
        Case("a request above the usual limit", "name: cpu\nresources:\n  requests:\n    memory: 2G\n",
            "2:1: resources.limits.memory: is below resources.requests.memory, which is 2000000000 bytes"),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_refused_with(string environment, string problems)
    {
        using var project = new TemporaryProject();
        project.Write("config/environment.yaml", environment);

        string refusal = project.Refusal();

        Assert.Equal(problems, refusal);
        Assert.DoesNotContain("hunter2", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500m", 0.5)]
    [InlineData("0.25", 0.25)]
    [InlineData("1", 1)]
    [InlineData("'1'", 1)]
    [InlineData("1m", 0.001)]
    public void Cores_are_read(string written, double cores)
    {
        using var project = new TemporaryProject();
        project.Write("config/environment.yaml", $"name: cpu\nresources: {{requests: {{cpu: {written}}}}}\n");

        Assert.Equal((decimal)cores, project.Read().Deployment.Environment.Requests.Cpu);
    }

    [Theory]
    [InlineData("16Mi", 16L << 20)]
    [InlineData("1.5Gi", 3L << 29)]
    [InlineData("2Ti", 2L << 40)]
    [InlineData("20000Ki", 20000L << 10)]
    [InlineData("20000k", 20_000_000)]
    [InlineData("512M", 512_000_000)]
    [InlineData("1G", 1_000_000_000)]
    [InlineData("1T", 1_000_000_000_000)]
    [InlineData("134217728", 128L << 20)]
    public void Memory_is_read(string written, long bytes)
    {
        using var project = new TemporaryProject();
        project.Write("config/environment.yaml", $"name: cpu\nresources: {{requests: {{memory: 16Mi}}, limits: {{memory: {written}}}}}\n");

        Assert.Equal(bytes, project.Read().Deployment.Environment.Limits.Memory);
    }

    private static TheoryDataRow<string, string> Case(string title, string content, params string[] lines) =>
        BadDeploymentSpecs.Case("config/environment.yaml", title, content, lines);
}
