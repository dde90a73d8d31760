using System.Runtime.Versioning;

// The specs measure times and start many processes: one after the other; those with many rounds use both cores themselves.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
// They look at processes through /proc.
[assembly: SupportedOSPlatform("linux")]
