namespace Deployer.Tests;

public sealed class ExitCodeSpecs
{
    [Fact]
    public void Every_failure_has_the_exit_code_that_pipelines_were_promised()
    {
        Dictionary<FailureCode, int> promised = new()
        {
            [FailureCode.Usage] = 2,
            [FailureCode.Configuration] = 2,
            [FailureCode.Model] = 2,
            [FailureCode.FileAccess] = 2,
            [FailureCode.Authentication] = 3,
            [FailureCode.RemoteOperation] = 4,
            [FailureCode.RevisionFailed] = 4,
            [FailureCode.Foreign] = 4,
            [FailureCode.Verification] = 5,
            [FailureCode.NotFound] = 6,
            [FailureCode.Locked] = 7,
            [FailureCode.Cancelled] = 8,
            [FailureCode.Deadline] = 9,
            [FailureCode.PlanHasChanges] = 10,
            [FailureCode.JournalDamaged] = 11,
            [FailureCode.RolledBack] = 12,
            [FailureCode.RollbackFailed] = 13,
        };
        Assert.Equal(promised, Enum.GetValues<FailureCode>().ToDictionary(c => c, ExitCodes.Of));
    }
}
