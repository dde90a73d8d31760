using Deployer;
using Deployer.Cli;

return await CommandLine.RunAsync(args, Composition.Surroundings()).ConfigureAwait(false);
